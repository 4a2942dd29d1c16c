import type { IncomingMessage, ServerResponse } from "node:http";
import { classifyClient } from "../core/client.ts";
import type { ErrorCode } from "../core/errors.ts";
import { createAnswer } from "../respond/answer.ts";
import type { ProblemFacts } from "../respond/pages.ts";
import type { Responder } from "../respond/responder.ts";
import { writeAnswer } from "../respond/write-answer.ts";
import { wantsPage } from "./client-kind.ts";

/** Writes the responses of the endpoints; a HEAD gets the same fields as a GET. */
export interface Sender {
  json(req: IncomingMessage, res: ServerResponse, value: unknown, status?: number): void;
  text(req: IncomingMessage, res: ServerResponse, text: string | Buffer, type?: string): void;
  /** Sends a page for a browser navigation, problem+json to other clients. */
  problem(req: IncomingMessage, res: ServerResponse, code: ErrorCode, facts?: ProblemWithHeaders): void;
  /** Sends problem+json always, for endpoints that only programs use. */
  plainProblem(req: IncomingMessage, res: ServerResponse, code: ErrorCode, facts?: ProblemFacts): void;
}

/** `headers`: flat, added to the response. */
type ProblemWithHeaders = ProblemFacts & { readonly headers?: readonly string[] };

/** Creates the sender. */
export function createSender(responder: () => Responder): Sender {
  return {
    json(req, res, value, status = 200) {
      writeAnswer(res, createAnswer(JSON.stringify(value), { status, type: "application/json" }), req.method);
    },
    text(req, res, text, type = "text/plain; charset=utf-8") {
      writeAnswer(res, createAnswer(text, { status: 200, type }), req.method);
    },
    problem(req, res, code, { headers = [], ...facts } = {}) {
      // Submitting a form is a navigation too.
      const isForm = req.method === "POST" && wantsPage(req);
      const kind = isForm ? "navigation" : classifyClient(req.method ?? "GET", req.headers);
      const client = { kind, acceptLanguage: req.headers["accept-language"] };
      writeAnswer(res, responder().problem(code, facts, client), req.method, headers);
    },
    plainProblem(req, res, code, facts = {}) {
      writeAnswer(res, responder().problem(code, facts, { kind: "other" }), req.method);
    },
  };
}

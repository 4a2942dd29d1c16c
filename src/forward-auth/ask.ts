import type { IncomingMessage, ServerResponse } from "node:http";
import type { Routes } from "../lifecycle/admit/route.ts";
import { type Answer, createAnswer } from "../respond/answer.ts";
import type { Responder } from "../respond/responder.ts";
import { writeAnswer } from "../respond/write-answer.ts";

/**
 * Creates `GET /_ask?domain=`, with which Caddy checks whether to obtain a certificate for a host. Never wakes
 * anything.
 */
export function createAsk({
  routes,
  responder,
}: {
  readonly routes: () => Routes;
  readonly responder: () => Responder;
}) {
  return function ask(req: IncomingMessage, res: ServerResponse): void {
    const { url = "" } = req;
    const start = url.indexOf("?");
    const domain = start === -1 ? null : new URLSearchParams(url.slice(start + 1)).get("domain");
    writeAnswer(res, answerFor(domain), req.method);
  };

  function answerFor(domain: string | null): Answer {
    if (domain === null) return responder().problem("bad-request", { detail: MISSING }, PROGRAM);
    if (routes().hosts.find(domain) === undefined) return responder().unknownHost({ host: domain }, PROGRAM);
    return createAnswer("", { status: 200, type: "text/plain" });
  }
}

const MISSING = 'the parameter "domain" is missing';
const PROGRAM = { kind: "other" } as const;

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Routes } from "../lifecycle/admit/route.ts";
import { createAnswer } from "../respond/answer.ts";
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
    const code = domain === null ? "bad-request" : "unknown-host";
    const isOurs = domain !== null && routes().hosts.find(domain) !== undefined;
    const answer = isOurs
      ? createAnswer("", { status: 200, type: "text/plain" })
      : responder().problem(code, {}, { kind: "other" });
    writeAnswer(res, answer, req.method);
  };
}

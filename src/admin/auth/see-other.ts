import type { IncomingMessage, ServerResponse } from "node:http";
import { createAnswer } from "../../respond/answer.ts";
import { writeAnswer } from "../../respond/write-answer.ts";

/** Creates a redirect (303), which the browser follows by GET. */
export function seeOther(
  req: IncomingMessage,
  res: ServerResponse,
  next: string,
  headers: readonly string[] = [],
): void {
  const facts = { status: 303, type: "text/plain; charset=utf-8", headers: ["Location", next, ...headers] };
  writeAnswer(res, createAnswer("", facts), req.method);
}

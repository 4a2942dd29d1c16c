import type { Forward } from "../core/decision.ts";
import type { Answer } from "../respond/answer.ts";

/**
 * Returns the 200 that lets a request pass, created once while a workload stays ready. `X-Gateway-Upstream` is
 * `host:port`, for fronts that copy it. It has a Content-Length, because an empty chunked 200 costs Caddy a connection.
 * `reuseSeconds`: how long the front may reuse it.
 */
export function allowedAnswer(forward: Forward, reuseSeconds = 0): Answer {
  return prepared(forward, reuseSeconds).answer;
}

/** Returns the fields of this 200 as lines. */
export function allowedLines(forward: Forward, reuseSeconds = 0): string {
  return prepared(forward, reuseSeconds).lines;
}

interface Prepared {
  readonly answer: Answer;
  readonly lines: string;
}

function prepared(forward: Forward, reuseSeconds: number): Prepared {
  const known = reuseSeconds > 0 ? reusable : single;
  let found = known.get(forward);
  if (found === undefined) {
    found = prepare(forward, reuseSeconds);
    known.set(forward, found);
  }
  return found;
}

function prepare({ to: { host, port } }: Forward, reuseSeconds: number): Prepared {
  const upstream = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const headers = Object.freeze([
    "Content-Length",
    "0",
    "X-Gateway-Upstream",
    upstream,
    ...(reuseSeconds > 0 ? ["Cache-Control", `max-age=${reuseSeconds}`] : []),
  ]);
  const lines = headers.reduce((text, word, at) => `${text}${word}${at % 2 === 0 ? ": " : "\r\n"}`, "");
  return { answer: Object.freeze({ status: 200, headers, body: NOTHING }), lines };
}

const NOTHING = Buffer.alloc(0);
const single = new WeakMap<Forward, Prepared>();
const reusable = new WeakMap<Forward, Prepared>();

/** The answer for hosts that are not ours: the front continues as if it had sent no auth request. */
export const PASSED: Answer = Object.freeze({
  status: 200,
  headers: Object.freeze(["Content-Length", "0"]),
  body: NOTHING,
});

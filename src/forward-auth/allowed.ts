import type { Forward } from "../core/decision.ts";
import type { Answer } from "../respond/answer.ts";

/**
 * The 200 that lets a request pass, made once for as long as a workload stays ready. `X-Gateway-Upstream` is `host:port`, for
 * fronts that copy it. The length is named, since an empty chunked 200 costs Caddy a connection.
 */
export function allowedAnswer(forward: Forward): Answer {
  let answer = answers.get(forward);
  if (answer === undefined) {
    answer = Object.freeze({
      status: 200,
      headers: Object.freeze(["Content-Length", "0", "X-Gateway-Upstream", upstreamOf(forward)]),
      body: NOTHING,
    });
    answers.set(forward, answer);
  }
  return answer;
}

/** Its headers as lines. */
export function allowedLines(forward: Forward): string {
  let lines = allLines.get(forward);
  if (lines === undefined) {
    lines = `Content-Length: 0\r\nX-Gateway-Upstream: ${upstreamOf(forward)}\r\n`;
    allLines.set(forward, lines);
  }
  return lines;
}

const NOTHING = Buffer.alloc(0);
const answers = new WeakMap<Forward, Answer>();
const allLines = new WeakMap<Forward, string>();

/** Not ours, or none of our business: the front goes on as if it had not asked. */
export const PASSED: Answer = Object.freeze({
  status: 200,
  headers: Object.freeze(["Content-Length", "0"]),
  body: NOTHING,
});

function upstreamOf({ to: { host, port } }: Forward): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

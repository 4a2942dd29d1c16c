import { KEPT_MS } from "./server-options.ts";

/** How an answer is to be understood, beside its own headers. */
export interface AnswerHeadOptions {
  /** They say when it was made. */
  readonly hasDate: boolean;
  /** The body that follows is in chunks. */
  readonly isChunked: boolean;
  /** The connection ends with it. */
  readonly isLast: boolean;
}

/** The head of an answer for a client, as node:http would write it. `lines` are its headers, checked. */
export function plainAnswerHead(
  status: number,
  reason: string,
  lines: string,
  { hasDate, isChunked, isLast }: AnswerHeadOptions,
): string {
  const head = `HTTP/1.1 ${status} ${reason}\r\n${lines}${hasDate ? "" : dateLine()}${isLast ? LAST : KEPT}`;
  return isChunked ? `${head}Transfer-Encoding: chunked\r\n\r\n` : `${head}\r\n`;
}

const LAST = "Connection: close\r\n";
const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEPT_MS / 1_000}\r\n`;

/** Made once a second (RFC 9110 §6.6.1). */
function dateLine(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== date.second) {
    date.second = second;
    date.line = `Date: ${new Date(second * 1_000).toUTCString()}\r\n`;
  }
  return date.line;
}

const date = { second: 0, line: "" };

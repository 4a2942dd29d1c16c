import { STATUS_CODES } from "node:http";
import { KEPT_MS } from "./server-options.ts";

/** How an answer is to be understood, beside its own headers. */
export interface ResponseHeadOptions {
  /** A Date line, or nothing. */
  readonly date: string;
  /** The body that follows is in chunks. */
  readonly isChunked: boolean;
  /** The connection ends with it. */
  readonly isLast: boolean;
}

/** The head of an answer for a client, as node:http would write it. `lines` are its headers, checked. */
export function formatResponseHead(
  status: number,
  reason: string,
  lines: string,
  { date, isChunked, isLast }: ResponseHeadOptions,
): string {
  const head = `HTTP/1.1 ${status} ${reason}\r\n${lines}${date}${isLast ? LAST : KEPT}`;
  return isChunked ? `${head}Transfer-Encoding: chunked\r\n\r\n` : `${head}\r\n`;
}

const LAST = "Connection: close\r\n";
const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEPT_MS / 1_000}\r\n`;

/** The head of a 1xx response; `lines` are its fields, checked. */
export function informationHead(status: number, reason: string, lines: string): string {
  return `HTTP/1.1 ${status} ${reasonPhrase(status, reason)}\r\n${lines}\r\n`;
}

/** Any byte may be read in it; only those that HTTP allows may leave. */
export function reasonPhrase(status: number, reason: string): string {
  if (reason === STATUS_CODES[status] || PLAIN.test(reason)) return reason;
  return STATUS_CODES[status] ?? "";
}

const PLAIN = /^[\t\x20-\x7e\x80-\xff]*$/u;

/** Tells the time as a Date line (RFC 9110 §6.6.1), which it makes once a second. */
export function createDateLine(): () => string {
  let second = 0;
  let line = "";
  return () => {
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) {
      second = now;
      line = `Date: ${new Date(now * 1_000).toUTCString()}\r\n`;
    }
    return line;
  };
}

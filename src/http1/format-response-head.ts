import { STATUS_CODES } from "node:http";
import { fieldLines, flatFields } from "./field-lines.ts";
import type { ResponseHead } from "./parse-response-head.ts";
import { KEPT_MS } from "./server-options.ts";

/** How a response is framed, in addition to its own fields. */
export interface ResponseHeadOptions {
  /** A Date field line, or nothing. */
  readonly date: string;
  /** The body that follows is chunked. */
  readonly isChunked: boolean;
  /** The connection ends with this response. */
  readonly isLast: boolean;
}

/** Formats the head of a response for a client as node:http would. `lines` are its fields, checked. */
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

/** Formats the head of a 1xx response; `lines` are its fields, checked. */
export function informationHead(status: number, reason: string, lines: string): string {
  return `HTTP/1.1 ${status} ${reasonPhrase(status, reason)}\r\n${lines}\r\n`;
}

/** Formats the 101 of the app for the client, with letter case and order unchanged. */
export function switchingHead({ reason, fields }: ResponseHead, extra: readonly string[] = []): string {
  const kept = flatFields(fields.forClient(false));
  const upgrade = fields.upgrade === undefined ? "" : `Upgrade: ${fields.upgrade}\r\n`;
  let head = `HTTP/1.1 101 ${reason}\r\nConnection: Upgrade\r\n${upgrade}`;
  for (let at = 0; at + 1 < kept.length; at += 2) {
    if (kept[at]?.toLowerCase() !== "content-length") head += `${kept[at]}: ${kept[at + 1]}\r\n`;
  }
  return `${head}${fieldLines(extra)}\r\n`;
}

/** Any byte may be received in a reason phrase; only those that HTTP allows are sent. */
export function reasonPhrase(status: number, reason: string): string {
  if (reason === STATUS_CODES[status] || PLAIN.test(reason)) return reason;
  return STATUS_CODES[status] ?? "";
}

const PLAIN = /^[\t\x20-\x7e\x80-\xff]*$/u;

/** Creates a function that returns the time as a Date field line (RFC 9110 §6.6.1), formatted once a second. */
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

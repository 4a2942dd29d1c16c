import { AnswerFault, type RawHead } from "./answer-head-parser.ts";

/** How an answer's body is delimited (RFC 9112 §6.3), and what becomes of the connection behind it. */
export interface AnswerFraming {
  /** Bytes; -1: in chunks; -2: until the connection ends. */
  readonly length: number;
  /** For how long the connection may be kept idle; 0: not at all. */
  readonly keepMs: number;
}

export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

/** Below the 5 s after which Node and uvicorn close; a shorter `Keep-Alive: timeout=` of the upstream is heeded. */
const LONGEST_KEEP_MS = 4_000;
/** How much sooner than the app says. */
const MARGIN_MS = 1_000;

/** `isBodiless`: the request was one that no body answers. */
export function answerFraming({ status, isCurrent, headers }: RawHead, isBodiless: boolean): AnswerFraming {
  let length: number | undefined;
  let coding: string | undefined;
  let keeps = isCurrent;
  let keepMs = LONGEST_KEEP_MS;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? "";
    const value = headers[at + 1] ?? "";
    switch (name.length) {
      case 10: // "connection", "keep-alive"
        if (name.toLowerCase() === "connection") keeps = saysKeep(value, keeps);
        else if (name.toLowerCase() === "keep-alive") keepMs = Math.min(keepMs, saysHowLong(value));
        break;
      case 14: // "content-length"
        if (name.toLowerCase() !== "content-length") break;
        if (length !== undefined || !DIGITS.test(value)) throw new AnswerFault("a Content-Length that is none");
        length = Number(value);
        break;
      case 17: // "transfer-encoding"
        if (name.toLowerCase() === "transfer-encoding") coding = coding === undefined ? value : `${coding}, ${value}`;
        break;
    }
  }
  if (coding !== undefined) {
    if (length !== undefined) throw new AnswerFault("two ways to find an answer's end");
    // A coding of this hop that we cannot take off, such as gzip, must not be passed on as if it were the content.
    if (coding.toLowerCase() !== "chunked") throw new AnswerFault("an unknown transfer coding");
  }
  const keep = keeps ? Math.max(0, keepMs) : 0;
  if (isBodiless || status === 204 || status === 304) return { length: 0, keepMs: keep };
  if (coding !== undefined) return { length: CHUNKED, keepMs: keep };
  return length === undefined ? { length: UNTIL_CLOSE, keepMs: 0 } : { length, keepMs: keep };
}

const DIGITS = /^\d{1,15}$/u;

function saysKeep(connection: string, byDefault: boolean): boolean {
  const options = connection.toLowerCase();
  if (options === "keep-alive") return true;
  const all = options.split(",").map((option) => option.trim());
  if (all.includes("close")) return false;
  return byDefault || all.includes("keep-alive");
}

function saysHowLong(keepAlive: string): number {
  const seconds = /timeout=(\d{1,9})/iu.exec(keepAlive)?.[1];
  return seconds === undefined ? LONGEST_KEEP_MS : Number(seconds) * 1_000 - MARGIN_MS;
}

import type { ResponseHead } from "./parse-response-head.ts";
import { InvalidResponse } from "./field-lines.ts";

/** How an answer's body is delimited (RFC 9112 §6.3), and what becomes of the connection behind it. */
export interface ResponseFraming {
  /** Bytes; -1: in chunks; -2: until the connection ends. */
  readonly length: number;
  /** For how long the connection may be kept idle; 0: not at all. */
  readonly keepMs: number;
}

export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

/** `isBodiless`: the request was one that no body answers. */
export function responseFraming({ status, isCurrent, fields }: ResponseHead, isBodiless: boolean): ResponseFraming {
  const { coding, length, isLengthWrong, connection, keepAlive } = fields;
  if (isLengthWrong) throw new InvalidResponse("an invalid Content-Length");
  if (coding !== undefined) {
    if (length !== -1) throw new InvalidResponse("contradictory response framing");
    // A coding of this hop that we cannot take off, such as gzip, must not be passed on as if it were the content.
    if (!isChunked(coding)) throw new InvalidResponse("an unknown transfer coding");
  }
  const keepMs = isKept(connection, isCurrent) ? idleMs(keepAlive) : 0;
  if (isBodiless || status === 204 || status === 304) return { length: 0, keepMs };
  if (coding !== undefined) return { length: CHUNKED, keepMs };
  return length === -1 ? { length: UNTIL_CLOSE, keepMs: 0 } : { length, keepMs };
}

/** No other coding of a hop is known here. */
export function isChunked(coding: string): boolean {
  return coding.toLowerCase() === "chunked";
}

function isKept(connection: string | undefined, byDefault: boolean): boolean {
  if (connection === undefined) return byDefault;
  const options = connection.toLowerCase();
  if (options === "keep-alive") return true;
  const all = options.split(",").map((option) => option.trim());
  if (all.includes("close")) return false;
  return byDefault || all.includes("keep-alive");
}

/** Below the 5 s after which Node and uvicorn close; a shorter `Keep-Alive: timeout=` of the app is heeded. */
function idleMs(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? undefined : /timeout=(\d{1,9})/iu.exec(keepAlive)?.[1];
  if (seconds === undefined) return LONGEST_KEEP_MS;
  return Math.min(LONGEST_KEEP_MS, Math.max(0, Number(seconds) * 1_000 - MARGIN_MS));
}

const LONGEST_KEEP_MS = 4_000;
/** How much sooner than the app says. */
const MARGIN_MS = 1_000;

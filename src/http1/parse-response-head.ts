import { valueEnd } from "./field-lines.ts";
import { type ResponseFields, readFields, InvalidResponse } from "./response-fields.ts";

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** False: HTTP/1.0. */
  readonly isCurrent: boolean;
  readonly fields: ResponseFields;
}

/**
 * Parses the head at the start of `bytes`; `undefined`: it is incomplete. Strict where two readers could understand it
 * differently (RFC 9112).
 */
export function parseResponseHead(bytes: Buffer): ResponseHead | undefined {
  // Longer data has a body, which need not be decoded.
  const size = bytes.length <= LIKELY_HEAD_BYTES ? bytes.length : headEnd(bytes);
  const end = valueEnd(bytes, 0, size);
  if (end < size && bytes[end] !== CR) throw new InvalidResponse("an incomplete line end in the response head");
  if (end + 1 >= size) return undefined;
  const status = isStatusLine(bytes, end) ? statusIn(bytes) : 0;
  if (status < 100 || bytes[end + 1] !== LF) throw new InvalidResponse("no status line");
  const text = bytes.toString("latin1", 0, size);
  const fields = readFields(bytes, text, end + 2);
  if (fields === undefined) return undefined;
  return { status, reason: text.slice(REASON_AT, end), isCurrent: bytes[MINOR_AT] === ONE, fields };
}

/** The end of the empty line; without one, the end of the data. */
function headEnd(bytes: Buffer): number {
  const at = bytes.indexOf("\r\n\r\n", 0, "latin1");
  return at === -1 ? bytes.length : at + 4;
}

/** Parses `HTTP/1.1 200 OK`; the status is followed by a space and the reason, or by nothing. */
function isStatusLine(bytes: Buffer, end: number): boolean {
  for (let at = 0; at < MINOR_AT; at += 1) if (bytes[at] !== MAJOR[at]) return false;
  const minor = bytes[MINOR_AT];
  return (
    (minor === ONE || minor === ZERO) &&
    bytes[STATUS_AT - 1] === SPACE &&
    (end === REASON_AT - 1 || (end >= REASON_AT && bytes[REASON_AT - 1] === SPACE))
  );
}

/** Returns three digits as a number; -1: they are not. */
function statusIn(bytes: Buffer): number {
  let status = 0;
  for (let at = STATUS_AT; at < STATUS_AT + 3; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    status = status * 10 + digit;
  }
  return status;
}

const LIKELY_HEAD_BYTES = 4 * 1024;

const MAJOR: Readonly<Uint8Array> = Buffer.from("HTTP/1.");
const MINOR_AT = MAJOR.length;
const STATUS_AT = MINOR_AT + 2;
const REASON_AT = STATUS_AT + 4;

const CR = 13;
const LF = 10;
const SPACE = 32;
const ZERO = 48;
const ONE = 49;

/** How the body of a response is delimited (RFC 9112 §6.3), and whether the connection is kept after it. */
export interface ResponseFraming {
  /** In bytes, or `CHUNKED`, or `UNTIL_CLOSE`. */
  readonly length: number;
  /** How long the connection may idle; 0: it is closed. */
  readonly keepMs: number;
}

export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

/** `isBodiless`: the response to HEAD. */
export function responseFraming({ status, isCurrent, fields }: ResponseHead, isBodiless: boolean): ResponseFraming {
  const { coding, length, isLengthWrong, connection, keepAlive } = fields;
  if (isLengthWrong) throw new InvalidResponse("an invalid Content-Length");
  if (coding !== undefined) {
    if (length !== -1) throw new InvalidResponse("contradictory response framing");
    // A transfer coding that we cannot remove, such as gzip, must not be passed on as if it were the content.
    if (coding.toLowerCase() !== "chunked") throw new InvalidResponse("an unknown transfer coding");
  }
  const keepMs = isKept(connection, isCurrent) ? idleMs(keepAlive) : 0;
  if (isBodiless || status === 204 || status === 304) return { length: 0, keepMs };
  if (coding !== undefined) return { length: CHUNKED, keepMs };
  return length === -1 ? { length: UNTIL_CLOSE, keepMs: 0 } : { length, keepMs };
}

function isKept(connection: string | undefined, byDefault: boolean): boolean {
  if (connection === undefined) return byDefault;
  const options = connection.toLowerCase();
  if (options === "keep-alive") return true;
  const all = options.split(",").map((option) => option.trim());
  if (all.includes("close")) return false;
  return byDefault || all.includes("keep-alive");
}

/** Below the 5 s after which Node and uvicorn close; a shorter `Keep-Alive: timeout=` of the app counts. */
function idleMs(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? undefined : /timeout=(\d{1,9})/iu.exec(keepAlive)?.[1];
  if (seconds === undefined) return LONGEST_KEEP_MS;
  return Math.min(LONGEST_KEEP_MS, Math.max(0, Number(seconds) * 1_000 - MARGIN_MS));
}

const LONGEST_KEEP_MS = 4_000;
/** How much earlier than the app's own timeout. */
const MARGIN_MS = 1_000;

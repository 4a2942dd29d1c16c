import { valueEnd } from "./field-reader.ts";
import { type ResponseFields, readFields } from "./response-fields.ts";
import { InvalidResponse } from "./field-lines.ts";

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

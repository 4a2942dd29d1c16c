import { AnswerFields } from "./answer-fields.ts";

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** False: HTTP/1.0. */
  readonly isCurrent: boolean;
  readonly fields: AnswerFields;
}

/** Bytes that are no HTTP/1. */
export class AnswerFault extends Error {}

/** Reads a head, without the empty line at its end; strict where two readers could understand two things (RFC 9112). */
export function parseHead(text: string): AnswerHead {
  const end = text.indexOf("\r\n");
  // `HTTP/1.1 200 OK`; behind the status a blank, or nothing.
  const status = digit(text, 9) * 100 + digit(text, 10) * 10 + digit(text, 11);
  const minor = digit(text, 7);
  const isGood =
    text.startsWith("HTTP/1.") && minor <= 1 && text.charCodeAt(8) === SPACE && status >= 100 && status <= 999;
  if (!isGood || end < 12 || (end > 12 && text.charCodeAt(12) !== SPACE)) throw new AnswerFault("no status line");
  const fields = new AnswerFields();
  parseFields(text, end + 2, fields);
  return { status, reason: text.slice(13, end), isCurrent: minor === 1, fields };
}

/** Reads the `name: value` lines from `at` on. That names are tokens is checked where they are said again. */
export function parseFields(text: string, at: number, into: { add(name: string, value: string): void }): void {
  if (!CLEAN_LINES.test(text)) throw new AnswerFault("a control character in an answer's head");
  let start = at;
  while (start < text.length) {
    const end = text.indexOf("\r\n", start);
    const colon = text.indexOf(":", start);
    if (colon === -1 || colon > end || colon === start) throw new AnswerFault("a header without a name");
    into.add(text.slice(start, colon), trimmed(text, colon + 1, end));
    start = end + 2;
  }
}

/** No control characters, and no line end that is only half of one. */
const CLEAN_LINES = /^(?:[\t -~\x80-\xff]*\r\n)*$/u;

/** Without the blanks around it (RFC 9110 §5.5). */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Not a number where there is none. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const SPACE = 32;
const TAB = 9;
const ZERO = 48;

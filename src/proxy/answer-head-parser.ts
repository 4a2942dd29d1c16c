import { AnswerFields } from "./answer-fields.ts";
import { AnswerFault } from "./field-lines.ts";

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** False: HTTP/1.0. */
  readonly isCurrent: boolean;
  readonly fields: AnswerFields;
}

/** Reads a head, without the empty line at its end; strict where two readers could understand two things (RFC 9112). */
export function parseHead(text: string): AnswerHead {
  if (!STATUS_LINE.test(text)) throw new AnswerFault("no status line");
  const end = text.indexOf("\r\n");
  const status = digit(text, 9) * 100 + digit(text, 10) * 10 + digit(text, 11);
  return {
    status,
    reason: text.slice(13, end),
    isCurrent: digit(text, 7) === 1,
    fields: new AnswerFields(text, end + 2),
  };
}

/** `HTTP/1.1 200 OK`; behind the status a blank and the reason, or nothing. */
const STATUS_LINE = /^HTTP\/1\.[01] [1-9]\d\d(?: [\t -~\x80-\xff]*)?\r\n/u;

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - ZERO;
}

const ZERO = 48;

/** The head of an answer as it came: nothing is left out yet. */
export interface RawHead {
  readonly status: number;
  readonly reason: string;
  /** False: HTTP/1.0. */
  readonly isCurrent: boolean;
  /** Flat `name, value, …`. */
  readonly headers: string[];
}

/** Bytes that are no HTTP/1. */
export class AnswerFault extends Error {}

/** Reads a head, without the empty line at its end; strict where two readers could understand two things (RFC 9112). */
export function parseHead(text: string): RawHead {
  const found = STATUS_LINE.exec(text);
  if (found === null) throw new AnswerFault("no status line");
  return {
    status: Number(found[2]),
    reason: found[3] ?? "",
    isCurrent: found[1] === "1",
    headers: parseFields(text, found[0].length),
  };
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\r]*))?\r\n/u;

/** Reads the `name: value` lines from `at` on. That names are tokens is checked where they are said again. */
export function parseFields(text: string, at: number): string[] {
  if (!CLEAN_LINES.test(text)) throw new AnswerFault("a control character in an answer's head");
  const fields: string[] = [];
  let start = at;
  while (start < text.length) {
    const end = text.indexOf("\r\n", start);
    const colon = text.indexOf(":", start);
    if (colon === -1 || colon > end || colon === start) throw new AnswerFault("a header without a name");
    fields.push(text.slice(start, colon), trimmed(text, colon + 1, end));
    start = end + 2;
  }
  return fields;
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

const SPACE = 32;
const TAB = 9;

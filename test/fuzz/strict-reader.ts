/** A deviation from RFC 9112 in the bytes of a peer. */
export class StrictFault extends Error {}

/** The first line and the fields of a message. */
export interface Head {
  readonly line: string;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Where the content begins. */
  readonly end: number;
}

/** What follows a head, with its framing removed. */
export interface Content {
  readonly body: string;
  readonly trailers: Head["fields"];
  readonly end: number;
}

/** How the end of a message's content is found. */
export type Framing = "none" | "chunked" | "close" | number;

/** Reads a head; `undefined` when it is not complete yet. A character is a byte. */
export function readHead(text: string, from: number): Head | undefined {
  const end = text.indexOf("\r\n\r\n", from);
  const [line = "", ...lines] = text.slice(from, end === -1 ? undefined : end).split("\r\n");
  if (/[\0\r\n]/u.test(line)) throw new StrictFault(`a control character in the line ${JSON.stringify(line)}`);
  return end === -1 ? undefined : { line, fields: lines.map(readField), end: end + 4 };
}

function readField(line: string): readonly [string, string] {
  const match = FIELD.exec(line);
  if (match === null) throw new StrictFault(`no field: ${JSON.stringify(line)}`);
  return [(match[1] ?? "").toLowerCase(), match[2] ?? ""];
}

const FIELD = /^([\w!#$%&'*+.^`|~-]+):[\t ]*((?:[!-~\x80-\xff]+(?:[\t ]+[!-~\x80-\xff]+)*)?)[\t ]*$/u;

/** Returns the status of an answer. */
export function statusOf({ line }: Head): number {
  const status = /^HTTP\/1\.1 ([1-9]\d\d) [\t -~\x80-\xff]*$/u.exec(line)?.[1];
  if (status === undefined) throw new StrictFault("no status line");
  return Number(status);
}

/** Returns every value of a field. */
export function valuesOf({ fields }: Pick<Head, "fields">, name: string): string[] {
  return fields.filter(([other]) => other === name).map(([, value]) => value);
}

/** Returns the framing that a head announces; `otherwise` when it announces none. */
export function framingOf(head: Head, otherwise: "none" | "close"): Framing {
  const codings = valuesOf(head, "transfer-encoding");
  const lengths = valuesOf(head, "content-length");
  if (codings.length + lengths.length > 1) throw new StrictFault("more than one framing field");
  if (codings[0] !== undefined) {
    if (codings[0].toLowerCase() !== "chunked") throw new StrictFault(`an unknown transfer coding ${codings[0]}`);
    return "chunked";
  }
  if (lengths[0] === undefined) return otherwise;
  if (!/^\d{1,15}$/u.test(lengths[0])) throw new StrictFault(`the Content-Length ${lengths[0]}`);
  return Number(lengths[0]);
}

/** Reads content; `undefined` when it is not complete yet. */
export function readContent(text: string, from: number, framing: Framing): Content | undefined {
  if (framing === "none") return { body: "", trailers: [], end: from };
  if (framing === "chunked") return readChunks(text, from);
  if (framing === "close") return undefined;
  const end = from + framing;
  return text.length < end ? undefined : { body: text.slice(from, end), trailers: [], end };
}

function readChunks(text: string, from: number): Content | undefined {
  let body = "";
  for (let at = from; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = /^([\da-f]{1,8})(?:;[\t -~\x80-\xff]*)?$/iu.exec(text.slice(at, lineEnd))?.[1];
    if (size === undefined) throw new StrictFault(`the chunk size ${JSON.stringify(text.slice(at, lineEnd))}`);
    at = lineEnd + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) return readTrailers(text, at, body);
    if (text.length < at + length + 2) return undefined;
    body += text.slice(at, at + length);
    if (text.slice(at + length, at + length + 2) !== "\r\n") throw new StrictFault("a chunk longer than its size");
    at += length + 2;
  }
}

function readTrailers(text: string, at: number, body: string): Content | undefined {
  if (text.startsWith("\r\n", at)) return { body, trailers: [], end: at + 2 };
  const end = text.indexOf("\r\n\r\n", at);
  if (end === -1) return undefined;
  return { body, trailers: text.slice(at, end).split("\r\n").map(readField), end: end + 4 };
}

import { FieldReader, trimmed, fieldLines, flatFields, FieldNameTable } from "./field-lines.ts";
import { nominatedBy } from "./field-names.ts";

/** The bytes are not HTTP/1.1. */
export class InvalidResponse extends Error {}

/** The fields of a response: those to forward, unchanged, and those for the connection to the app (RFC 9110 §7.6.1). */
export class ResponseFields {
  /** The field lines to forward, each with its line end. */
  lines = "";
  connection: string | undefined;
  keepAlive: string | undefined;
  /** The Transfer-Encoding. */
  coding: string | undefined;
  trailer: string | undefined;
  upgrade: string | undefined;
  hasDate = false;
  /** The Content-Length; -1: none. */
  length = -1;
  /** There are several Content-Length fields, or one that is not a number. */
  isLengthWrong = false;
  /** Where the body begins. */
  end = 0;

  /**
   * Returns the field lines to forward. `trailers`: they may follow, which only a chunked response allows; node:http throws
   * when another response announces them.
   */
  forClient(trailers: boolean): string {
    const { trailer, length, connection } = this;
    const announced = trailer !== undefined && trailers && length === -1 ? `Trailer: ${trailer}\r\n` : "";
    const nominated = nominatedBy(connection);
    return nominated === undefined ? this.lines + announced : without(this.lines + announced, nominated);
  }
}

/**
 * Reads the fields of a head from `from` to its empty line; `text` is `bytes` as latin1. `undefined`: the head is
 * incomplete. Throws on an invalid line.
 */
export function readFields(bytes: Buffer, text: string, from: number): ResponseFields | undefined {
  const fields = new ResponseFields();
  let keptFrom = from;
  for (let at = from; ; at = field.end + 2) {
    switch (field.read(bytes, at, text.length)) {
      case "incomplete":
        return undefined;
      case "unsupported":
        throw new InvalidResponse("an invalid field line in the response head");
      case "none":
        fields.lines += text.slice(keptFrom, at);
        fields.end = at + 2;
        return fields;
      case "field": {
        const meaning = MEANINGS.find(bytes, at, field);
        if (meaning === undefined) break;
        note(fields, meaning, text, field);
        if (meaning === "date" || meaning === "content-length") break;
        fields.lines += text.slice(keptFrom, at);
        keptFrom = field.end + 2;
      }
    }
  }
}

function note(fields: ResponseFields, meaning: Meaning, text: string, { colon, end }: FieldReader): void {
  switch (meaning) {
    case "hop":
      return;
    case "date":
      fields.hasDate = true;
      return;
    case "content-length": {
      const value = trimmed(text, colon + 1, end);
      if (fields.length !== -1 || !DIGITS.test(value)) fields.isLengthWrong = true;
      fields.length = Number(value);
      return;
    }
    case "keepAlive":
      fields.keepAlive = trimmed(text, colon + 1, end);
      return;
    case "connection":
    case "coding":
    case "trailer":
    case "upgrade": {
      const value = trimmed(text, colon + 1, end);
      const before = fields[meaning];
      fields[meaning] = before === undefined ? value : `${before}, ${value}`;
    }
  }
}

const field = new FieldReader();

/** Only Date and Content-Length are forwarded; a name is that of the property with the value. */
type Meaning = "date" | "content-length" | "keepAlive" | "connection" | "coding" | "trailer" | "upgrade" | "hop";

const MEANINGS = new FieldNameTable<Meaning>([
  ["date", "date"],
  ["content-length", "content-length"],
  ["keep-alive", "keepAlive"],
  ["connection", "connection"],
  ["transfer-encoding", "coding"],
  ["trailer", "trailer"],
  ["upgrade", "upgrade"],
  ["proxy-connection", "hop"],
]);

const DIGITS = /^\d{1,15}$/u;

function without(lines: string, nominated: ReadonlySet<string>): string {
  const headers = flatFields(lines);
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const lower = (headers[at] ?? "").toLowerCase();
    if (lower === "content-length" || !nominated.has(lower)) kept.push(headers[at] ?? "", headers[at + 1] ?? "");
  }
  return fieldLines(kept);
}

import { FieldReader } from "./field-reader.ts";
import { trimmed, InvalidResponse, fieldLines, flatFields } from "./field-lines.ts";
import { nominatedBy } from "./field-names.ts";
import { FieldNameTable } from "./field-name-table.ts";

/**
 * The fields of an answer's head: what is passed on, as it came, and what was meant for the connection to the app alone
 * (RFC 9110 §7.6.1).
 */
export class ResponseFields {
  /** What is passed on: `name: value` and the end of a line, each. */
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
  /** The Content-Length is said twice, or is no number. */
  isLengthWrong = false;
  /** Behind the head that it was read from. */
  end = 0;

  /** `trailers`: they may follow, which only a chunked response allows; node:http throws where they are promised elsewhere. */
  forClient(trailers: boolean): string {
    const { trailer, length, connection } = this;
    const promise = trailer !== undefined && trailers && length === -1 ? `Trailer: ${trailer}\r\n` : "";
    const nominated = nominatedBy(connection);
    return nominated === undefined ? this.lines + promise : without(this.lines + promise, nominated);
  }
}

/**
 * Reads the fields of a head, all of whose bytes `text` is made of, from `from` to its empty line; `undefined`: they are
 * not all there. Throws on a line that is none.
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
    case "keep-alive":
      fields.keepAlive = trimmed(text, colon + 1, end);
      return;
    case "connection":
      fields.connection = joined(fields.connection, trimmed(text, colon + 1, end));
      return;
    case "transfer-encoding":
      fields.coding = joined(fields.coding, trimmed(text, colon + 1, end));
      return;
    case "trailer":
      fields.trailer = joined(fields.trailer, trimmed(text, colon + 1, end));
      return;
    case "upgrade":
      fields.upgrade = joined(fields.upgrade, trimmed(text, colon + 1, end));
  }
}

const field = new FieldReader();

/** What a field is to this connection; only Date and Content-Length are passed on. */
type Meaning =
  | "date"
  | "content-length"
  | "keep-alive"
  | "connection"
  | "transfer-encoding"
  | "trailer"
  | "upgrade"
  | "hop";

const MEANINGS = new FieldNameTable<Meaning>([
  ["date", "date"],
  ["content-length", "content-length"],
  ["keep-alive", "keep-alive"],
  ["connection", "connection"],
  ["transfer-encoding", "transfer-encoding"],
  ["trailer", "trailer"],
  ["upgrade", "upgrade"],
  ["proxy-connection", "hop"],
]);

const DIGITS = /^\d{1,15}$/u;

function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

function without(lines: string, nominated: ReadonlySet<string>): string {
  const headers = flatFields(lines);
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const lower = (headers[at] ?? "").toLowerCase();
    if (lower === "content-length" || !nominated.has(lower)) kept.push(headers[at] ?? "", headers[at + 1] ?? "");
  }
  return fieldLines(kept);
}

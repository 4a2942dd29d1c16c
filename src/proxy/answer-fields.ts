import { trimmed } from "../core/field-value.ts";
import { nominatedBy } from "../core/header-names.ts";
import { checkLines, fieldLines, flatFields } from "./field-lines.ts";

/**
 * The fields of an answer's head: what is passed on, as it came, and what was meant for the connection to the app alone
 * (RFC 9110 §7.6.1).
 */
export class AnswerFields {
  /** What is passed on: `name: value` and the end of a line, each. */
  lines = "";
  connection: string | undefined;
  keepAlive: string | undefined;
  /** The Transfer-Encoding. */
  coding: string | undefined;
  trailer: string | undefined;
  hasDate = false;
  /** The Content-Length; -1: none. */
  length = -1;
  /** The Content-Length is said twice, or is no number. */
  isLengthWrong = false;

  /** Reads the lines of `text` from `at` on; throws on what is none. */
  constructor(text: string, at: number) {
    checkLines(text, at);
    let keptFrom = at;
    for (let start = at; start < text.length;) {
      const end = text.indexOf("\r\n", start);
      const colon = text.indexOf(":", start);
      if (mayMatter(colon - start)) {
        if (!this.#keeps(text.slice(start, colon).toLowerCase(), trimmed(text, colon + 1, end))) {
          this.lines += text.slice(keptFrom, start);
          keptFrom = end + 2;
        }
      }
      start = end + 2;
    }
    this.lines += text.slice(keptFrom);
  }

  /** `trailers`: they may follow, which only a chunked answer has room for; node:http throws where they are promised elsewhere. */
  forClient(trailers: boolean): string {
    const { trailer, length, connection } = this;
    const promise = trailer !== undefined && trailers && length === -1 ? `Trailer: ${trailer}\r\n` : "";
    const nominated = nominatedBy(connection);
    return nominated === undefined ? this.lines + promise : without(this.lines + promise, nominated);
  }

  #keeps(lower: string, value: string): boolean {
    switch (lower) {
      case "date":
        this.hasDate = true;
        return true;
      case "content-length":
        if (this.length !== -1 || !DIGITS.test(value)) this.isLengthWrong = true;
        this.length = Number(value);
        return true;
      case "connection":
        this.connection = joined(this.connection, value);
        return false;
      case "keep-alive":
        this.keepAlive = value;
        return false;
      case "transfer-encoding":
        this.coding = joined(this.coding, value);
        return false;
      case "trailer":
        this.trailer = joined(this.trailer, value);
        return false;
      default:
        return lower !== "upgrade" && lower !== "proxy-connection";
    }
  }
}

/** Most names need not be looked at: these few lengths are those of the names above. */
function mayMatter(length: number): boolean {
  switch (length) {
    case 4:
    case 7:
    case 10:
    case 14:
    case 16:
    case 17:
      return true;
    default:
      return false;
  }
}

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

/** Of the flat list of a head that somebody else has parsed; throws as the constructor does. */
export function sortFields(raw: readonly string[]): AnswerFields {
  return new AnswerFields(fieldLines(raw), 0);
}

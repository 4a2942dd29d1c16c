import { nominatedBy } from "./header-names.ts";

/**
 * The fields of an answer's head, sorted as they come: what is passed on, in its order and letter case, and what was
 * meant for the connection to the app alone (RFC 9110 §7.6.1).
 */
export class AnswerFields {
  /** Flat `name, value, …` for the client. */
  readonly headers: string[] = [];
  connection: string | undefined;
  keepAlive: string | undefined;
  /** The Transfer-Encoding. */
  coding: string | undefined;
  trailer: string | undefined;
  /** The Content-Length; -1: none. */
  length = -1;
  /** The Content-Length is said twice, or is no number. */
  isLengthWrong = false;

  add(name: string, value: string): void {
    // Most names need not be looked at: these few lengths are those of the names that matter here.
    switch (name.length) {
      case 7:
      case 10:
      case 14:
      case 16:
      case 17:
        if (this.#keeps(name.toLowerCase(), value)) break;
        return;
    }
    this.headers.push(name, value);
  }

  /** `trailers`: they may follow, which only a chunked answer has room for; node:http throws where they are promised elsewhere. */
  forClient(trailers: boolean): string[] {
    const { headers, trailer, length, connection } = this;
    if (trailer !== undefined && trailers && length === -1) headers.push("Trailer", trailer);
    const nominated = nominatedBy(connection);
    return nominated === undefined ? headers : without(headers, nominated);
  }

  #keeps(lower: string, value: string): boolean {
    switch (lower) {
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

const DIGITS = /^\d{1,15}$/u;

function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

function without(headers: readonly string[], nominated: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const lower = (headers[at] ?? "").toLowerCase();
    if (lower === "content-length" || !nominated.has(lower)) kept.push(headers[at] ?? "", headers[at + 1] ?? "");
  }
  return kept;
}

/** Sorts the flat list of a head that somebody else has parsed. */
export function sortFields(raw: readonly string[]): AnswerFields {
  const fields = new AnswerFields();
  for (let at = 0; at + 1 < raw.length; at += 2) fields.add(raw[at] ?? "", raw[at + 1] ?? "");
  return fields;
}

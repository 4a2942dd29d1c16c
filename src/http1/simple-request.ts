import { FieldReader, trimmed } from "./field-lines.ts";
import type { FieldNames } from "./field-names.ts";
import { type FieldHandling, type FieldNote, HANDLING, SIMPLE_REQUEST_FIELDS } from "./simple-request-fields.ts";

/**
 * The simplest kind of request, which most are: HTTP/1.1, in origin form, without negotiation (an upgrade, `Expect`), and
 * without a body or with one of known length.
 */
export class SimpleRequest {
  readonly method: string;
  /** The request line with its line end. */
  readonly line: string;
  readonly target: string;
  /** Where the body begins. */
  headBytes = 0;
  /** Of the body, in bytes. */
  length = 0;
  /** It has a Content-Length. */
  hasLength = false;
  /** The client asks to close the connection after the response. */
  isLast = false;
  /** The field lines to forward, unchanged. */
  passed = "";
  /** The field lines about the client that only a trusted peer may send: `X-Forwarded-For` … */
  claims = "";
  /** The Host field, unchecked. */
  host: string | undefined;
  userAgent: string | undefined;
  accept: string | undefined;
  contentType: string | undefined;
  websocketKey: string | undefined;
  forwardedHost: string | undefined;
  forwardedUri: string | undefined;

  constructor(method: string, line: string) {
    this.method = method;
    this.line = line;
    this.target = line.slice(method.length + 1, -" HTTP/1.1\r\n".length);
  }

  /** Adds field lines that are handled in the same way. */
  take(handling: FieldHandling, text: string, from: number, to: number): void {
    if (handling === "passed") this.passed += text.slice(from, to);
    else if (handling === "claim") this.claims += text.slice(from, to);
  }
}

/**
 * Parses the head of a request. `unsupported`: it is not simple, or two readers could understand it differently (RFC
 * 9112), so node:http has to read it. `incomplete`: more bytes are needed.
 */
export function parseSimpleRequest(bytes: Buffer, names: FieldNames): SimpleRequest | "unsupported" | "incomplete" {
  const size = bytes.length <= LIKELY_HEAD_BYTES ? bytes.length : bytes.indexOf("\r\n\r\n", 0, "latin1") + 4;
  const text = bytes.toString("latin1", 0, size);
  FIRST_LINE.lastIndex = 0;
  if (!FIRST_LINE.test(text)) return text.includes("\n") ? "unsupported" : "incomplete";
  let at = FIRST_LINE.lastIndex;
  const request = new SimpleRequest(methodOf(text), text.slice(0, at));
  let handling: FieldHandling = "passed";
  let handlingFrom = at;
  for (let start = at; ; start = at) {
    const read = field.read(bytes, start, size);
    if (read === "none") break;
    if (read !== "field") return read;
    const { colon, end } = field;
    const name = SIMPLE_REQUEST_FIELDS.find(bytes, start, field);
    let next: FieldHandling = "passed";
    if (name !== undefined) {
      next = name.handling;
      if (name.note !== undefined && !note(request, name.note, trimmed(text, colon + 1, end))) return "unsupported";
    } else if (((bytes[start] as number) | LOWER_CASE) === X) next = HANDLING[names(text.slice(start, colon)).kind];
    at = end + 2;
    if (next !== handling) {
      request.take(handling, text, handlingFrom, start);
      handling = next;
      handlingFrom = start;
    }
  }
  request.take(handling, text, handlingFrom, at);
  request.headBytes = at + 2;
  return request.host === undefined ? "unsupported" : request;
}

const field = new FieldReader();
/** This bit makes a letter lower case. */
const LOWER_CASE = 0x20;
const X = 120;
/** Longer data has a body, which need not be decoded. */
const LIKELY_HEAD_BYTES = 4 * 1024;
const FIRST_LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[!-~]* HTTP\/1\.1\r\n/uy;

/** Returns the method of a valid first line as a constant, which is cheaper to compare than a part of a text. */
function methodOf(text: string): string {
  switch (text.charAt(0)) {
    case "G":
      return "GET";
    case "H":
      return "HEAD";
    case "D":
      return "DELETE";
    case "O":
      return "OPTIONS";
    default:
      return text.startsWith("PO") ? "POST" : text.startsWith("PU") ? "PUT" : "PATCH";
  }
}

/** Stores the value of a field. Returns false when it makes the request unsupported. */
function note(request: SimpleRequest, what: FieldNote, value: string): boolean {
  switch (what) {
    case "unsupported":
      return false;
    case "host":
      if (request.host !== undefined) return false;
      request.host = value;
      return true;
    case "connection":
      if (!CONNECTION.test(value)) return false;
      request.isLast ||= value.length === "close".length;
      return true;
    case "content-length":
      if (request.hasLength || !DIGITS.test(value)) return false;
      request.hasLength = true;
      request.length = Number(value);
      return true;
    case "forwarded-host":
      if (request.forwardedHost !== undefined) return false; // ambiguous
      request.forwardedHost = value;
      return true;
    case "forwarded-uri":
      if (request.forwardedUri !== undefined) return false;
      request.forwardedUri = value;
      return true;
    case "user-agent":
      request.userAgent ??= value;
      return true;
    case "accept":
      request.accept ??= value;
      return true;
    case "content-type":
      request.contentType ??= value;
      return true;
    case "websocket-key":
      request.websocketKey ??= value;
      return true;
  }
}

const CONNECTION = /^(?:keep-alive|close)$/iu;
const DIGITS = /^(?:0|[1-9]\d{0,14})$/u; // another reader might take leading zeros for octal

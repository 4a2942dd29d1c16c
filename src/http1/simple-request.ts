import { FieldReader, trimmed } from "./field-lines.ts";
import type { FieldNames } from "./field-names.ts";
import { handlingOf, type FieldHandling, type FieldNote, SIMPLE_REQUEST_FIELDS } from "./simple-request-fields.ts";

/**
 * A request of the plainest kind, which most are: HTTP/1.1, in origin form, without anything that is to be settled with its
 * sender first (an upgrade, `Expect`), and with a body, if any, of a length that is said.
 */
export class SimpleRequest {
  readonly method: string;
  /** Its first line, with the line's end. */
  readonly line: string;
  /** As it was sent. */
  readonly target: string;
  /** Where the body begins. */
  headBytes = 0;
  /** Of the body, in bytes. */
  length = 0;
  /** The length is said, be it 0. */
  hasLength = false;
  /** The client wants the connection to end with the answer. */
  isLast = false;
  /** The field lines that are passed on, as they were sent. */
  passed = "";
  /** Those that only a trusted peer may say of its client: `X-Forwarded-For` … */
  claims = "";
  /** Raw. */
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
    this.target = line.slice(method.length + 1, -REST_OF_LINE);
  }

  /** Adds lines of its head to those that are handled in this way. */
  take(handling: FieldHandling, text: string, from: number, to: number): void {
    if (from === to) return;
    if (handling === "passed") this.passed += text.slice(from, to);
    else if (handling === "claim") this.claims += text.slice(from, to);
  }
}

/** ` HTTP/1.1` and the line's end. */
const REST_OF_LINE = 11;

/**
 * Reads a request's head, one character a byte. `unsupported`: it is not simple, or two readers could understand it two ways (RFC
 * 9112), so that node:http has to read it. `incomplete`: it is not all there.
 */
export function parseSimpleRequest(bytes: Buffer, names: FieldNames): SimpleRequest | "unsupported" | "incomplete" {
  // What is longer than this has a body, which need not become text.
  const { length } = bytes;
  const size = length <= LIKELY_HEAD_BYTES ? length : bytes.indexOf("\r\n\r\n", 0, "latin1") + 4;
  const text = bytes.toString("latin1", 0, size);
  FIRST_LINE.lastIndex = 0;
  if (!FIRST_LINE.test(text)) return text.includes("\n") ? "unsupported" : "incomplete";
  let at = FIRST_LINE.lastIndex;
  const request = new SimpleRequest(methodOf(text), text.slice(0, at));
  let handling: FieldHandling = "passed";
  let handlingFrom = at;
  while (true) {
    const start = at;
    const read = field.read(bytes, start, size);
    if (read === "none") break;
    if (read !== "field") return read;
    const { colon, end } = field;
    const name = SIMPLE_REQUEST_FIELDS.find(bytes, start, field);
    let next: FieldHandling = "passed";
    if (name !== undefined) {
      next = name.handling;
      if (name.note !== undefined && !note(request, name.note, trimmed(text, colon + 1, end))) return "unsupported";
    } else if (((bytes[start] as number) | LOWER_CASE) === X) next = handlingOf(names(text.slice(start, colon)).kind);
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

const X = 120;
/** Makes a letter lower case. */
const LOWER_CASE = 0x20;

const LIKELY_HEAD_BYTES = 4 * 1024;
const FIRST_LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[!-~]* HTTP\/1\.1\r\n/uy;

/** Of a first line that is good: one of a few constants, which are cheaper to tell apart than what was cut out of a text. */
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

/** Notes a field's value; false: it makes the request unsupported. */
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
      request.isLast ||= value.length === CLOSE_LENGTH;
      return true;
    case "content-length":
      if (request.hasLength || !DIGITS.test(value)) return false;
      request.hasLength = true;
      request.length = Number(value);
      return true;
    case "forwarded-host":
      if (request.forwardedHost !== undefined) return false; // twice counts for nothing
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
const CLOSE_LENGTH = "close".length;
/** Without leading zeros, which another reader might take for octal. */
const DIGITS = /^(?:0|[1-9]\d{0,14})$/u;

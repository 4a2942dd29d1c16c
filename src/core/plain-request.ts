import { trimmed } from "./field-value.ts";
import type { HeaderNames } from "./header-names.ts";
import { fateOf, findPlainName, hashOn, type HeaderFate, type HeaderNote, TOKEN } from "./plain-names.ts";

/**
 * A request of the plainest kind, which most are: HTTP/1.1, in origin form, without anything that is to be settled with its
 * sender first (an upgrade, `Expect`), and with a body, if any, of a length that is said.
 */
export class PlainRequest {
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
  /** The header lines that are for whoever answers it, as they were sent. */
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
}

/** ` HTTP/1.1` and the line's end. */
const REST_OF_LINE = 11;

/**
 * Reads a request's head, one character a byte. `odd`: it is not plain, or two readers could understand it two ways (RFC
 * 9112), so that whoever reads everything is to read it. `short`: it is not all there.
 */
export function parsePlainRequest(bytes: Buffer, names: HeaderNames): PlainRequest | "odd" | "short" {
  // What is longer than this has a body, which need not become text.
  const { length } = bytes;
  const size = length <= LIKELY_HEAD_BYTES ? length : bytes.indexOf("\r\n\r\n", 0, "latin1") + 4;
  const text = bytes.toString("latin1", 0, size);
  FIRST_LINE.lastIndex = 0;
  if (!FIRST_LINE.test(text)) return text.includes("\n") ? "odd" : "short";
  let at = FIRST_LINE.lastIndex;
  const request = new PlainRequest(methodOf(text), text.slice(0, at));
  let fate: HeaderFate = "passed";
  let fateFrom = at;
  while (true) {
    const start = at;
    let hash = 0;
    for (; at < size; at += 1) {
      const letter = TOKEN[bytes[at] as number] as number;
      if (letter === 0) break;
      hash = hashOn(hash, letter);
    }
    const colon = at;
    if (colon === start) break;
    if (at < size && bytes[at] !== COLON) return "odd";
    at += 1;
    while (at < size && isOfValue(bytes[at] as number)) at += 1;
    if (at + 1 >= size) return "short";
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return "odd";
    const name = findPlainName(bytes, start, colon, hash);
    let next: HeaderFate = "passed";
    if (name !== undefined) {
      next = name.fate;
      if (name.note !== undefined && !note(request, name.note, trimmed(text, colon + 1, at))) return "odd";
    } else if (((bytes[start] ?? 0) | LOWER_CASE) === X) next = fateOf(names(text.slice(start, colon)).kind);
    at += 2;
    if (next !== fate) {
      keep(request, fate, text, fateFrom, start);
      fate = next;
      fateFrom = start;
    }
  }
  if (at + 1 >= size) return "short";
  if (bytes[at] !== CR || bytes[at + 1] !== LF) return "odd";
  keep(request, fate, text, fateFrom, at);
  request.headBytes = at + 2;
  return request.host === undefined ? "odd" : request;
}

const COLON = 58;
const CR = 13;
const LF = 10;
const TAB = 9;
const SPACE = 32;
const DELETE = 127;
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

/** No control character but the tab. */
function isOfValue(byte: number): boolean {
  return byte < SPACE ? byte === TAB : byte !== DELETE;
}

function keep(request: PlainRequest, fate: HeaderFate, text: string, from: number, to: number): void {
  if (from === to) return;
  if (fate === "passed") request.passed += text.slice(from, to);
  else if (fate === "claim") request.claims += text.slice(from, to);
}

/** Notes a header's value; false: it makes the request anything but plain. */
function note(request: PlainRequest, what: HeaderNote, value: string): boolean {
  switch (what) {
    case "odd":
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
/** Without zeros before it, which somebody might take for octal. */
const DIGITS = /^(?:0|[1-9]\d{0,14})$/u;

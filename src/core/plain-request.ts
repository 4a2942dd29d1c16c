import { trimmed } from "./field-value.ts";
import type { HeaderNames } from "./header-names.ts";

/**
 * A request of the plainest kind, which most are: HTTP/1.1, in origin form, without anything that is to be settled with its
 * sender first (an upgrade, `Expect`), and with a body, if any, of a length that is said.
 */
export class PlainRequest {
  /** Its first line, with the line's end. */
  readonly line: string;
  readonly method: string;
  /** As it was sent. */
  readonly target: string;
  /** The header lines that are for whoever answers it, as they were sent. */
  passed = "";
  /** What only a trusted peer may say of its client (`X-Forwarded-For` …), flat `name, value, …`. */
  claims: string[] | undefined;
  /** Raw. */
  host = "";
  /** Of the body, in bytes. */
  length = 0;
  /** The length is said, be it 0. */
  hasLength = false;
  /** The client wants the connection to end with the answer. */
  isLast = false;
  userAgent: string | undefined;
  accept: string | undefined;
  contentType: string | undefined;
  websocketKey: string | undefined;
  forwardedHost: string | undefined;
  forwardedUri: string | undefined;

  constructor(line: string) {
    const space = line.indexOf(" ");
    this.line = line;
    this.method = line.slice(0, space);
    this.target = line.slice(space + 1, -REST_OF_LINE.length);
  }
}

const REST_OF_LINE = " HTTP/1.1\r\n";

/**
 * Reads a head, one character a byte and without the empty line at its end. `undefined` for all that is not plain or that
 * two readers could understand two ways (RFC 9112): whoever reads everything is to read that.
 */
export function parsePlainRequest(head: string, names: HeaderNames): PlainRequest | undefined {
  if (!PLAIN_HEAD.test(head)) return undefined;
  const lineEnd = head.indexOf("\r\n") + 2;
  const request = new PlainRequest(head.slice(0, lineEnd));
  let hosts = 0;
  let passedFrom = lineEnd;
  for (let start = lineEnd; start < head.length;) {
    const end = head.indexOf("\r\n", start);
    const colon = head.indexOf(":", start);
    if (mayMatter(head, start, colon)) {
      const { name, lower, kind } = names(head.slice(start, colon));
      const value = trimmed(head, colon + 1, end);
      let isPassed = false;
      switch (kind) {
        case "plain":
          note(request, lower, value);
          isPassed = true;
          break;
        case "host":
          hosts += 1;
          request.host = value;
          break;
        case "connection":
          if (!CONNECTION.test(value)) return undefined;
          request.isLast ||= value.length === CLOSE_LENGTH;
          break;
        case "content-length":
          if (request.hasLength || !DIGITS.test(value)) return undefined;
          request.hasLength = true;
          request.length = Number(value);
          isPassed = true;
          break;
        case "forwarded-for":
        case "forwarded-host":
        case "forwarded-proto":
        case "real-ip":
        case "claim":
          request.claims ??= [];
          request.claims.push(name, value);
          if (!noteClaim(request, lower, value)) return undefined;
          break;
        case "hop":
          if (lower === "upgrade") return undefined;
          break;
        case "te":
        case "expect":
        case "transfer-encoding":
          return undefined;
        case "trailer":
        case "gateway":
          break;
      }
      if (!isPassed) {
        if (passedFrom < start) request.passed += head.slice(passedFrom, start);
        passedFrom = end + 2;
      }
    }
    start = end + 2;
  }
  if (passedFrom < head.length) request.passed += head.slice(passedFrom);
  return hosts === 1 ? request : undefined;
}

/** One line that asks, and fields whose names are tokens and whose values hold no control character but the tab. */
const PLAIN_HEAD =
  /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[!-~]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t -~\x80-\xff]*\r\n)+$/u;
const CONNECTION = /^(?:keep-alive|close)$/iu;
const CLOSE_LENGTH = "close".length;
/** Without zeros before it, which somebody might take for octal. */
const DIGITS = /^(?:0|[1-9]\d{0,14})$/u;

/** Most names need not be looked at: these lengths are those of the names that matter, beside those with `X-`. */
function mayMatter(head: string, start: number, colon: number): boolean {
  switch (colon - start) {
    case 2:
    case 4:
    case 6:
    case 7:
    case 9:
    case 10:
    case 12:
    case 14:
    case 16:
    case 17:
      return true;
    default:
      return (head.charCodeAt(start) | LOWER) === X;
  }
}

const LOWER = 0x20;
const X = 120;

function note(request: PlainRequest, lower: string, value: string): void {
  if (lower === "user-agent") request.userAgent ??= value;
  else if (lower === "accept") request.accept ??= value;
  else if (lower === "content-type") request.contentType ??= value;
  else if (lower === "sec-websocket-key") request.websocketKey ??= value;
}

/** False: said twice, so that it counts for nothing. */
function noteClaim(request: PlainRequest, lower: string, value: string): boolean {
  if (lower === "x-forwarded-host") {
    if (request.forwardedHost !== undefined) return false;
    request.forwardedHost = value;
  } else if (lower === "x-forwarded-uri") {
    if (request.forwardedUri !== undefined) return false;
    request.forwardedUri = value;
  }
  return true;
}

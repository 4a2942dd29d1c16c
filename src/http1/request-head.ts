import type { IncomingMessage } from "node:http";

interface RequestFraming {
  /** A body follows. */
  readonly hasBody: boolean;
  readonly connection: "keep-alive" | "close" | "Upgrade";
}

/** Formats the head of a request for an app. `headers` is a flat list. */
export function requestHead(
  method: string,
  path: string,
  headers: readonly string[],
  { hasBody, connection }: RequestFraming,
): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  let hasLength = hasBody;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (name.length === 14 && name.toLowerCase() === "content-length") hasLength = true;
    head += `${name}: ${headers[at + 1]}\r\n`;
  }
  if (!hasLength) head += noBodyLine(method);
  return `${head}Connection: ${connection}\r\n\r\n`;
}

/** Returns the Content-Length of a request without a body; it is sent where one would be expected (RFC 9110 §8.6). */
export function noBodyLine(method: string): string {
  return MEANS_A_BODY.has(method) ? "Content-Length: 0\r\n" : "";
}

const MEANS_A_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/**
 * Returns the target for the app: origin form unchanged, absolute form without scheme and authority (RFC 9112 §3.2.2),
 * `*` as it is; `undefined` for anything else.
 */
export function originForm(target: string | undefined): string | undefined {
  if (target === undefined) return undefined;
  if (target.charCodeAt(0) === SLASH || target === "*") return target;
  const rest = ABSOLUTE_FORM.exec(target);
  if (rest === null) return undefined;
  const path = target.slice(rest[0].length);
  return path.charCodeAt(0) === SLASH ? path : `/${path}`;
}

/**
 * Returns the authority of an absolute-form target, which replaces the Host field; `undefined` for every other form.
 */
export function authorityOf(target: string | undefined): string | undefined {
  if (target === undefined || target.charCodeAt(0) === SLASH) return undefined;
  return ABSOLUTE_FORM.exec(target)?.[1];
}

const SLASH = 47;
const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/iu;

/** Replaces the host of a request, for the app and for everything in the gateway that reads it from now on. */
export function setHost(req: IncomingMessage, host: string): void {
  const { rawHeaders } = req;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (at === -1) rawHeaders.push("Host", host);
  else rawHeaders[at + 1] = host;
  req.headers.host = host;
  const target = originForm(req.url); // an authority in it would replace the Host
  if (target !== undefined) req.url = target;
}

/** How the body of a request is delimited; a number is its length in bytes. */
export type BodyFraming = "none" | "chunked" | "unsupported" | number;

/** Returns the framing of a body. node:http has refused a request with both fields or with differing lengths. */
export function bodyFraming({ headers }: IncomingMessage): BodyFraming {
  const coding = headers["transfer-encoding"];
  // A transfer coding that we cannot remove, such as gzip, must not be passed on as if it were the content.
  if (coding !== undefined) return coding.toLowerCase() === "chunked" ? "chunked" : "unsupported";
  const length = headers["content-length"];
  if (length === undefined) return "none";
  const bytes = Number(length);
  return bytes === 0 ? "none" : bytes;
}

interface Framing {
  /** A body follows. */
  readonly hasBody: boolean;
  /** The connection ends with the response. */
  readonly isLast?: boolean;
}

/** Formats the head of a request for an app. `headers` is a flat list. */
export function requestHead(
  method: string,
  path: string,
  headers: readonly string[],
  { hasBody, isLast = false }: Framing,
): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  let hasLength = false;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (name.length === 14 && name.toLowerCase() === "content-length") hasLength = true;
    head += `${name}: ${headers[at + 1]}\r\n`;
  }
  // RFC 9110 §8.6: sent where a body would be expected.
  if (!hasBody && !hasLength && meansBody(method)) head += NO_BODY;
  return `${head}Connection: ${isLast ? "close" : "keep-alive"}\r\n\r\n`;
}

export const NO_BODY = "Content-Length: 0\r\n";

/** Whether a request without a body should state its length. */
export function meansBody(method: string): boolean {
  return MEANS_A_BODY.has(method);
}

const MEANS_A_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

import type { IncomingMessage } from "node:http";

/** How long a request's body is: nothing, so many bytes, or as long as it takes. */
export type BodyFraming = "none" | "chunked" | "unsupported" | number;

/** Both headers at once, and lengths that differ, never come here: node:http has answered them with 400. */
export function bodyFraming({ headers }: IncomingMessage): BodyFraming {
  const coding = headers["transfer-encoding"];
  // A coding of this hop that we cannot take off, such as gzip, must not be passed on as if it were the content.
  if (coding !== undefined) return coding.toLowerCase() === "chunked" ? "chunked" : "unsupported";
  const length = headers["content-length"];
  if (length === undefined) return "none";
  const bytes = Number(length);
  return bytes === 0 ? "none" : bytes;
}

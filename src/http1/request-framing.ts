import type { IncomingMessage } from "node:http";

/** How long the body of a request is: none, a number of bytes, or until it ends. */
export type BodyFraming = "none" | "chunked" | "unsupported" | number;

/** Both fields at once, or differing lengths, do not get here: node:http responds with 400. */
export function bodyFraming({ headers }: IncomingMessage): BodyFraming {
  const coding = headers["transfer-encoding"];
  // A transfer coding that we cannot remove, such as gzip, must not be passed on as if it were the content.
  if (coding !== undefined) return coding.toLowerCase() === "chunked" ? "chunked" : "unsupported";
  const length = headers["content-length"];
  if (length === undefined) return "none";
  const bytes = Number(length);
  return bytes === 0 ? "none" : bytes;
}

import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";

/**
 * Writes a complete response, without the body for a HEAD. `extra` is flat. Does nothing if the client has
 * disconnected.
 */
export function writeAnswer(
  res: ServerResponse,
  answer: Answer,
  method: string | undefined,
  extra: readonly string[] = [],
): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(answer.status, [...answer.headers, ...extra]);
  res.end(method === "HEAD" ? undefined : answer.body);
}

/** Formats a response as bytes of HTTP/1.1, for sockets without a response object: upgrades and malformed requests. */
export function rawAnswer({ status, headers, body }: Answer, extra: readonly string[] = []): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  const all = [...headers, ...extra, "Connection", "close"];
  for (let at = 0; at < all.length; at += 2) lines.push(`${all[at]}: ${all[at + 1]}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

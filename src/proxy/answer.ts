import { STATUS_CODES } from "node:http";
import type { FieldNames } from "../http1/field-names.ts";
import { isolate } from "../core/isolate.ts";
import type { ResponseFields } from "../http1/response-fields.ts";
import { isChunked } from "../http1/response-framing.ts";
import type { Exchange } from "./exchange.ts";
import { flatFields } from "../http1/field-lines.ts";
import { stopReading } from "../http1/linger.ts";
import { trailerPairs } from "../http1/trailer-fields.ts";

/**
 * Takes the final head; false when it cannot be said to a client in HTTP, and nothing was written then. It leaves with the
 * first piece of the body, or with `flushHead`: an event stream's head must not wait for its first event.
 */
export function startAnswer(exchange: Exchange, status: number, reason: string, fields: ResponseFields): boolean {
  const { req, res, extraHeaders } = exchange;
  const hasBody = req.method !== "HEAD" && status !== 204 && status !== 304;
  const trailers = hasBody && req.httpVersionMinor !== 0;
  if (fields.coding !== undefined && !isChunked(fields.coding)) return false;
  if (!req.complete) stopReading(req, res);
  try {
    const headers = flatFields(fields.forClient(trailers));
    res.writeHead(
      status,
      reasonPhrase(status, reason),
      extraHeaders === undefined ? headers : [...headers, ...extraHeaders],
    );
  } catch {
    res.statusMessage = "";
    return false;
  }
  exchange.status = status;
  exchange.left = hasBody ? fields.length : -1;
  if (hasBody && req.httpVersionMinor === 0 && fields.length === -1) cutWithClient(exchange);
  return true;
}

/** Relays a piece of the body; false: wait for `drain` on the response. */
export function relayChunk(exchange: Exchange, chunk: Buffer): boolean {
  const { res } = exchange;
  if (res.destroyed || res.writableEnded) return true;
  exchange.flushed = true;
  if (exchange.left === chunk.length) {
    // The last piece goes out in one write with the end, and a small one in one string with the head.
    if (chunk.length <= SMALL_CHUNK) res.end(chunk.toString("latin1"), "latin1");
    else res.end(chunk);
    return true;
  }
  if (exchange.left > 0) exchange.left -= chunk.length;
  const { socket } = res;
  socket?.cork();
  const hasRoom = res.write(chunk);
  socket?.uncork();
  // What the system took at once needs no waiting for.
  return hasRoom || res.writableLength === 0;
}

/** The upstream has said all. */
export function endAnswer(exchange: Exchange, names: FieldNames, trailers: readonly string[]): void {
  const { res, req } = exchange;
  exchange.flushed = true;
  if (res.destroyed || res.writableEnded) return;
  if (trailers.length > 0 && exchange.left === -1 && req.httpVersionMinor !== 0) {
    res.addTrailers(trailerPairs(names, trailers));
  }
  res.end();
}

/** The upstream broke off: the client must not take what it has for the whole. */
export function cutAnswer({ res, req }: Exchange): void {
  // Where the end of the connection is the end of the body, only a reset tells the difference.
  if (req.httpVersionMinor === 0 && res.socket) res.socket.resetAndDestroy();
  else res.destroy();
}

/** node:http ends the connection of a client that has ended its own side, which would pass for the end of the body. */
function cutWithClient(exchange: Exchange): void {
  const { req, res } = exchange;
  req.socket.prependOnceListener("end", () => {
    if (!res.writableEnded) isolate(req.socket, () => cutAnswer(exchange));
  });
}

/** Relays a 1xx answer, its headers as lines; HTTP/1.0 knows none, and a pipelined answer must wait for its turn. */
export function relayInformation(exchange: Exchange, status: number, reason: string, lines: string): void {
  const { req, res } = exchange;
  if (req.httpVersionMinor === 0 || res.headersSent || res.socket?.writable !== true) return;
  res.socket.write(informationHead(status, reason, lines), "latin1");
}

export function informationHead(status: number, reason: string, lines: string): string {
  return `HTTP/1.1 ${status} ${reasonPhrase(status, reason)}\r\n${lines}\r\n`;
}

/** Sends the head, unless it has gone with a piece of the body. */
export function flushHead(exchange: Exchange): void {
  if (exchange.flushed) return;
  exchange.flushed = true;
  exchange.res.write("", "latin1"); // flushHeaders would make UTF-8 of bytes that are none
}

const SMALL_CHUNK = 16 * 1024;

/** Any byte may be read in it; only those that HTTP allows may leave. */
function reasonPhrase(status: number, reason: string): string {
  if (reason === STATUS_CODES[status] || PLAIN.test(reason)) return reason;
  return STATUS_CODES[status] ?? "";
}

const PLAIN = /^[\t\x20-\x7e\x80-\xff]*$/u;

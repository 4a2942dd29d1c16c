import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { closeWith, dropIncoming } from "./node-internals.ts";

/**
 * Ends a connection with these bytes, or with those written before (RFC 9112 §9.6). Further bytes from the client are
 * read and dropped: left unread, they would turn the close into a reset, and the responses that the client has not read
 * yet would be lost. A client that does not close in time is cut off.
 */
export function endWithResponse(socket: Duplex, bytes?: Buffer): void {
  if (socket.destroyed) return;
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(late));
  dropIncoming(socket);
  socket.end(bytes);
  socket.resume();
}

/** How long a client has to read the final response. */
const LINGER_MS = 2_000;

/** Makes node:http end a connection in this way after its last response. */
export function lingerAtEnd(socket: Socket): void {
  closeWith(socket, function () {
    endWithResponse(this);
  });
}

/** For a response that precedes the end of its request: the connection ends with it. */
export function stopReading({ socket }: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = false;
  lingerAtEnd(socket);
}

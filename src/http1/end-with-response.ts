import type { Duplex } from "node:stream";

/** How long a client has to read the final response. */
const LINGER_MS = 2_000;

/**
 * Ends a connection with these bytes, or with those written before (RFC 9112 §9.6). Further bytes from the client are
 * read and dropped: left unread, they would turn the close into a reset, and the response would be lost. A client that
 * does not close in time is cut off.
 */
export function endWithResponse(socket: Duplex, bytes?: Buffer): void {
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(late));
  socket.end(bytes);
  socket.resume();
}

import type { Duplex } from "node:stream";

/** How long a client gets to read what was said last. */
const LINGER_MS = 2_000;

/**
 * Ends a connection with these bytes, or with what was written to it already (RFC 9112 §9.6). What the client still sends
 * is read and dropped: unread, it would turn the close into a reset, and the answer would be lost. Who does not close then
 * is cut off.
 */
export function endWithResponse(socket: Duplex, bytes?: Buffer): void {
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(late));
  socket.end(bytes);
  socket.resume();
}

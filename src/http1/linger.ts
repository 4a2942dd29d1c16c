import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeWith } from "./node-internals.ts";

/** How long a client that is still sending has to read its response. */
const LINGER_MS = 2_000;

/**
 * For a response that precedes the end of its request: the connection is announced as the last and closed so that the
 * response arrives. Closing at once, with unread bytes, would make the system send a reset, and what the client has not
 * read yet would be lost.
 */
export function stopReading(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req;
  res.shouldKeepAlive = false;
  closeWith(socket, () => {
    if (req.complete || socket.destroyed) socket.destroy();
    else linger(req, socket);
  });
}

function linger(req: IncomingMessage, socket: Socket): void {
  const close = (): void => void socket.destroy();
  const late = setTimeout(close, LINGER_MS);
  socket.once("close", () => clearTimeout(late));
  req.once("end", close).resume();
  socket.end();
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeWith } from "./node-internals.ts";

/** How long a client that is still sending gets to read its answer. */
const LINGER_MS = 2_000;

/**
 * For an answer that comes before the request is over: nothing more is expected on this connection, which is announced,
 * and it is closed so that the answer arrives. Closing at once, with bytes unread, would make the system send a reset, and
 * what the client has not read yet would be lost.
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

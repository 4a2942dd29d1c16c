import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { watchAbort } from "./watch-abort.ts";
import { createDetachedResponse } from "./detached-response.ts";
import { unwrapUpgrade } from "./node-internals.ts";

/**
 * Answers a request whose body node:http reads, and whose upgrade is ignored, as any other; `goOn` gets what came behind it.
 * `stream` is the client's connection, or what gives it away only behind the body.
 */
export function respondWithBody(
  server: Server,
  req: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  goOn: (behind: Buffer) => void,
): void {
  const { socket } = req;
  const leave = (): void => socket.destroySoon();
  const leaving = stream === socket ? watchAbort(socket) : undefined;
  leaving?.signal.addEventListener("abort", leave, { once: true });
  if (leaving === undefined) socket.once("end", leave);
  const res = createDetachedResponse(req, socket, () => {
    if (req.complete) finish();
    else req.once("close", () => isolate(socket, finish)).resume();
  });
  server.emit(req.headers.expect === undefined ? "request" : "checkContinue", req, res);

  function finish(): void {
    if (socket.destroyed) return;
    leaving?.stop();
    socket.off("end", leave);
    goOn(leaving === undefined ? unwrapUpgrade(stream, socket) : head);
  }
}

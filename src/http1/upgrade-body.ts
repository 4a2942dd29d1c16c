import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { watchAbort } from "./watch-abort.ts";
import { createDetachedResponse } from "./detached-response.ts";
import { unwrapUpgrade } from "./node-internals.ts";

interface IgnoredUpgrade {
  readonly server: Server;
  readonly req: IncomingMessage;
  /** The connection of the client, or the stream that releases it after the body. */
  readonly stream: Duplex;
  readonly head: Buffer;
  /** Called with the bytes after the request. */
  readonly goOn: (behind: Buffer) => void;
}

/** Serves a request whose body node:http reads and whose upgrade is ignored, like any other. */
export function respondWithBody({ server, req, stream, head, goOn }: IgnoredUpgrade): void {
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

import { createServer, type IncomingMessage, type Server } from "node:http";
import { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { watchAbort } from "./watch-abort.ts";
import { createDetachedResponse } from "./detached-response.ts";

/**
 * Finds out whether node:http reads the body of a request that asks for an upgrade, as Node 26 does, or leaves it among what
 * comes behind the head, as Node 22 and 24 do. The returned function knows it a tick later.
 */
export function probeUpgradeBodies(): () => boolean {
  let reads = false;
  const server = createServer().on("upgrade", (_req, socket: Duplex, head: Buffer) => {
    reads = head.length === 0;
    socket.destroy();
  });
  const connection = new Duplex({ read() {}, write: (_bytes, _coding, done) => done() });
  server.emit("connection", connection);
  connection.push("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\nA");
  return () => reads;
}

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
    goOn(leaving === undefined ? takeBack(stream, socket) : head);
  }
}

/** Takes the connection out of its wrapping, with what has come. */
function takeBack(stream: Duplex, socket: IncomingMessage["socket"]): Buffer {
  socket.removeAllListeners("data");
  const pieces: Buffer[] = [];
  while (stream.readableLength > 0) pieces.push(stream.read() as Buffer); // Node 26 gives one at a time
  socket.pause(); // reading the wrapping has resumed it
  // As long as it is there, node:http would give the next upgrade on this connection to it.
  const wrapping = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "UpgradeStream");
  if (wrapping !== undefined) Reflect.deleteProperty(socket, wrapping);
  return Buffer.concat(pieces);
}

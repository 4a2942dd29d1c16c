/**
 * Everything that relies on undocumented behaviour of Node, each with its reason. `test/integration/wire-nodes.test.ts`
 * covers it on Node 22.12 and 24.22, every other test on Node 26.10. (V8 flags are set by `src/lean-start.ts`, which
 * must run before anything else is loaded.)
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Gives new connections to `onConnection` instead of the parser of node:http, which has no way to let something else
 * read first. The returned function passes one on to that parser.
 */
export function interceptConnections(server: Server, onConnection: (socket: Socket) => void): (socket: Socket) => void {
  const listeners = server.listeners("connection");
  server.removeAllListeners("connection").on("connection", onConnection);
  return (socket) => {
    for (const listener of listeners) Reflect.apply(listener, server, [socket]);
  };
}

/** Replaces how node:http closes a connection after its last response, for which it calls this method. */
export function closeWith(socket: Socket, close: (this: Socket) => void): void {
  socket.destroySoon = close;
}

/** Drops what arrives from now on; the parser of node:http stops reading when another listener is added. */
export function dropIncoming(socket: Duplex): void {
  socket.removeAllListeners("readable").removeAllListeners("data").on("data", ignore);
}

/**
 * A `resume` listener that restarts the handle when Node has stopped it after a read that filled the stream but still
 * takes it for running. node:http does so itself until the stream gets another listener, as for an upgrade that waits
 * for its turn.
 */
export function restartHandle(this: Socket): void {
  this._read(0);
}

/** Replaces what happens when a queued response gets its connection; `proceed` does what node:http would do. */
export function atItsTurn(res: ServerResponse, begin: (socket: Socket, proceed: () => void) => void): void {
  const assign = res.assignSocket.bind(res);
  res.assignSocket = (socket) => begin(socket, () => assign(socket));
}

/** The drain listener of node:http, which it removes when it detaches a connection. */
export function drainListeners(socket: Duplex): readonly (() => void)[] {
  return socket.listeners("drain") as (() => void)[];
}

/**
 * Finds out whether node:http reads the body of a request that asks for an upgrade, as Node 26 does, or leaves it in
 * the bytes after the head, as Node 22 and 24 do. The returned function knows one tick later.
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
 * Returns the connection inside the stream that Node 26 wraps around it until the body of an upgrade is read, and its
 * data.
 */
export function unwrapUpgrade(stream: Duplex, socket: Socket): Buffer {
  socket.removeAllListeners("data");
  const pieces: Buffer[] = [];
  while (stream.readableLength > 0) pieces.push(stream.read() as Buffer); // Node 26 returns one buffer per read
  socket.pause(); // reading the wrapper has resumed it
  // While this listener is there, node:http would give it the next upgrade on this connection.
  const wrapping = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "UpgradeStream");
  if (wrapping !== undefined) Reflect.deleteProperty(socket, wrapping);
  return Buffer.concat(pieces);
}

/**
 * Lets the reading side report how a connection broke. An app that responds with 413 and closes makes our next write
 * fail; the stream would then drop the connection, and with it the response that is waiting to be read.
 */
export function forgiveWrites(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  const forgiving = (callback: (error?: Error | null) => void) => (error?: Error | null) => {
    // No callback: the upload waits, as for a slow reader, until the reading side knows more.
    if (!isBrokenPipe(error)) callback(error);
  };
  socket._write = (chunk, encoding, callback) => write(chunk, encoding, forgiving(callback));
  if (writev !== undefined) socket._writev = (chunks, callback) => writev(chunks, forgiving(callback));
}

/**
 * Makes a socket report a reset as an error. libuv before 1.52 (Node 22) takes a reset for an end when it is noticed in the
 * same read as the bytes before it (libuv#4997), so that an incomplete response would pass for complete. If the
 * system knows no peer although our side has not ended, the connection was reset.
 */
export function reportResets(socket: Socket): Socket {
  if (!MISTAKES_RESETS) return socket;
  const push = socket.push.bind(socket);
  socket.push = (bytes, encoding) => {
    if (bytes !== null || socket.writableEnded || hasPeer(socket)) return push(bytes, encoding);
    socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    return false;
  };
  return socket;
}

const MISTAKES_RESETS = /^1\.(?:[1-4]?\d|5[01])\./u.test(process.versions["uv"] ?? "");

/** Queries the system, because `remoteAddress` is cached. */
function hasPeer(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & { _handle?: { getpeername(into: object): number } };
  return handle?.getpeername({}) === 0;
}

function isBrokenPipe(error: Error | null | undefined): boolean {
  return error != null && "code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET");
}

/**
 * Frees the bytes of a read now. Left to V8, which knows little of memory outside of its heap, they pile up until it
 * collects all of its garbage: several times a second under load, and on every core. A part of a buffer stays: the rest of
 * it may be another request's, or Node's pool, which refuses.
 */
export function freeRead(bytes: Buffer | undefined): void {
  if (bytes === undefined || bytes.length < WORTH_FREEING) return;
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}

const WORTH_FREEING = 4 * 1024;

function ignore(): void {}

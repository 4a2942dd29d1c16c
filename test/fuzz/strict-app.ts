import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { type Content, framingOf, type Head, readContent, readHead, StrictFault } from "./strict-reader.ts";

/** A whole request, as the app read it. */
export interface AppRequest extends Head, Omit<Content, "end"> {
  readonly method: string;
  readonly target: string;
}

/** A connection of the gateway to the app. */
export interface AppConnection {
  readonly socket: Socket;
  /** The app has said something that nobody asked for, which the gateway may not have read yet. */
  isSpoilt: boolean;
  /** Called with what arrives, instead of reading it as requests, from the request in progress on. */
  takeOver: ((bytes: string) => void) | undefined;
  /** Something of a request has been read that is not answered yet. */
  readonly isAnswering: boolean;
  /** The app is done with the request in progress, and reads the next one. */
  next(): void;
}

export interface StrictAppDeps {
  /** A head has been read; its content may still be on its way. */
  readonly onHead?: (request: Pick<AppRequest, "method" | "target" | "fields">, connection: AppConnection) => unknown;
  readonly onRequest: (request: AppRequest, connection: AppConnection) => void;
  /** Bytes arrived that are no request. */
  readonly onFault: (fault: string, bytes: string) => void;
}

export interface StrictApp {
  readonly port: number;
  /** Ends every connection, and resolves when the other side has ended them too. */
  dropConnections(): Promise<void>;
  close(): void;
}

/** Starts an app that reads HTTP/1.1 by itself, strictly, one request at a time and connection. */
export async function startStrictApp(t: TestContext, port: number, deps: StrictAppDeps): Promise<StrictApp> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, deps);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  cleanup(t, close);
  return {
    port,
    close,
    async dropConnections() {
      await Promise.all([...sockets].filter(({ destroyed }) => !destroyed).map(closed));
    },
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.resume().destroySoon();
  });
}

function serve(socket: Socket, { onHead, onRequest, onFault }: StrictAppDeps): void {
  let unread = "";
  let head: Head | undefined;
  let isAnswering = false;
  const connection: AppConnection = {
    socket,
    takeOver: undefined,
    isSpoilt: false,
    get isAnswering() {
      return isAnswering || unread !== "";
    },
    next() {
      isAnswering = false;
      read();
    },
  };

  function read(): void {
    if (isAnswering || socket.destroyed) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof StrictFault)) throw error;
      onFault(error.message, unread);
      socket.destroy();
    }
  }

  function step(): void {
    if (head === undefined) {
      head = readHead(unread, 0);
      if (head === undefined) return;
      onHead?.({ ...requestLine(head), fields: head.fields }, connection);
    }
    const content = readContent(unread, head.end, framingOf(head, "none"));
    if (content === undefined) return;
    const request = { ...head, ...requestLine(head), body: content.body, trailers: content.trailers };
    unread = unread.slice(content.end);
    head = undefined;
    isAnswering = true;
    onRequest(request, connection);
    if (unread !== "") throw new StrictFault("bytes behind a request");
  }

  socket.on("error", () => socket.destroy());
  socket.on("end", () => {
    if (connection.takeOver === undefined) socket.end();
  });
  socket.on("data", (chunk: Buffer) => {
    const bytes = chunk.toString("latin1");
    if (connection.takeOver !== undefined) return connection.takeOver(bytes);
    // Behind an answer that is none the gateway asks whether the app speaks TLS.
    if (unread === "" && bytes.startsWith("\x16\x03")) return void socket.destroy();
    unread += bytes;
    if (isAnswering) {
      // Not where the app has answered and ended the connection, or said something unasked that passed for its answer.
      if (socket.writable && !connection.isSpoilt) onFault("a request before the answer to the one before", unread);
      return void socket.destroy();
    }
    return read();
  });
}

function requestLine({ line }: Head): { method: string; target: string } {
  const match = /^([A-Z]+) ([!-~]+) HTTP\/1\.1$/u.exec(line);
  if (match === null) throw new StrictFault(`no request line: ${JSON.stringify(line)}`);
  return { method: match[1] ?? "", target: match[2] ?? "" };
}

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createHeaderNames } from "./field-names.ts";
import { parsePlainRequest } from "./simple-request.ts";
import { createDateLine } from "./format-response-head.ts";
import { HEAD_MS, KEPT_MS } from "./server-options.ts";
import { type AnswerAgain, ClientLine, type ClientLineDeps } from "./client-connection.ts";

export interface ClientLinesDeps extends Pick<ClientLineDeps, "serve" | "isDraining"> {
  /** Ends a connection on which nothing was asked in time. */
  readonly tooLate: (socket: Socket) => void;
}

/** The connections of clients that have asked nothing yet that needs more than a plain answer. */
export interface ClientLines {
  /** True: the request has been here already, and is answered now. */
  answersAgain(req: IncomingMessage, res: ServerResponse): boolean;
  /** Closes those that ask nothing. */
  closeIdle(): void;
  /** Closes those that node:http has, unless they are in use. */
  closeUnused(isUsed: (socket: Socket) => boolean): void;
  closeAll(): void;
}

/**
 * Sits between a server's listener and its parser: connections are read here first, and belong to node:http from the first
 * request on that is not plain.
 */
export function createClientLines(server: Server, { serve, isDraining, tooLate }: ClientLinesDeps): ClientLines {
  const lines = new Set<ClientLine>();
  const names = createHeaderNames();
  const again = new Map<Socket, AnswerAgain>();
  const ofNode = new Set<Socket>();
  const forget = function (this: Socket): void {
    again.delete(this);
    ofNode.delete(this);
  };
  let tick = 0;
  let sweep: NodeJS.Timeout | undefined;

  const toNode = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    ofNode.delete(socket); // a connection that was let go for an upgrade begins anew
    // Whoever has the connection later on: an error without a listener would end the process.
    socket.off("error", destroyOnError).on("error", destroyOnError);
    // Read now, for every reader later on: once the client has reset the connection it is not known any more.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const line = new ClientLine(lineDeps, socket);
    line.idleSinceTick = tick;
    lines.add(line);
    sweep ??= setInterval(sweepIdle, TICK_MS).unref();
  });

  const lineDeps: ClientLineDeps = {
    parse: (bytes) => parsePlainRequest(bytes, names),
    serve(request, body, line) {
      line.idleSinceTick = tick;
      return serve(request, body, line);
    },
    isDraining,
    dateLine: createDateLine(),
    forget: (line) => void lines.delete(line),
    handOver(socket, answer) {
      ofNode.add(socket);
      if (answer !== undefined) again.set(socket, answer);
      socket.off("close", forget).on("close", forget);
      for (const listener of toNode) Reflect.apply(listener, server, [socket]);
    },
  };

  function sweepIdle(): void {
    tick += 1;
    for (const line of lines) {
      if (line.isBusy) line.idleSinceTick = tick;
      else if (line.hasAsked && tick - line.idleSinceTick > KEPT_TICKS) line.socket.destroy();
      else if (!line.hasAsked && tick - line.idleSinceTick > SILENT_TICKS) {
        line.release();
        tooLate(line.socket);
      }
    }
    if (lines.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  }

  return {
    answersAgain(req, res) {
      if (again.size === 0) return false;
      const answer = again.get(req.socket);
      if (answer === undefined) return false;
      again.delete(req.socket);
      answer(req, res);
      return true;
    },
    closeIdle() {
      for (const line of lines) if (line.isIdle) line.socket.destroySoon();
    },
    closeUnused(isUsed) {
      for (const socket of ofNode) if (!isUsed(socket)) socket.destroySoon();
    },
    closeAll() {
      for (const { socket } of lines) socket.destroy();
      for (const socket of ofNode) socket.destroy();
    },
  };
}

function destroyOnError(this: Socket): void {
  this.destroy();
}

/** Deadlines are counted in these, which costs a request nothing. */
const TICK_MS = 5_000;
const KEPT_TICKS = Math.ceil(KEPT_MS / TICK_MS);
const SILENT_TICKS = Math.ceil(HEAD_MS / TICK_MS);

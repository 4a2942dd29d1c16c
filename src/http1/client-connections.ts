import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createFieldNames } from "./field-names.ts";
import { parseSimpleRequest } from "./simple-request.ts";
import { createDateLine } from "./format-response-head.ts";
import { HEAD_MS, KEPT_MS } from "./server-options.ts";
import { endWithResponse } from "./end-with-response.ts";
import { closeWith, dropIncoming, interceptConnections, restartHandle } from "./node-internals.ts";
import { type ResumeRequest, ClientConnection, type ClientConnectionDeps } from "./client-connection.ts";

export interface ClientConnectionsDeps extends Pick<ClientConnectionDeps, "serve" | "isDraining"> {
  /** Ends a connection on which nothing was asked in time. */
  readonly tooLate: (socket: Socket) => void;
}

/** The connections on which only simple requests have arrived so far. */
export interface ClientConnections {
  /** True: the request has been here already, and is answered now. */
  resumeRequest(req: IncomingMessage, res: ServerResponse): boolean;
  /** Closes those that ask nothing. */
  closeIdle(): void;
  /** Closes those that node:http has, unless they are in use. */
  closeUnused(isUsed: (socket: Socket) => boolean): void;
  closeAll(): void;
}

/**
 * Sits between a server's listener and its parser: connections are read here first, and belong to node:http from the first
 * request on that is not simple.
 */
export function createClientConnections(
  server: Server,
  { serve, isDraining, tooLate }: ClientConnectionsDeps,
): ClientConnections {
  const connections = new Set<ClientConnection>();
  const names = createFieldNames();
  const resumed = new Map<Socket, ResumeRequest>();
  const ofNode = new Set<Socket>();
  const forget = function (this: Socket): void {
    resumed.delete(this);
    ofNode.delete(this);
  };
  let tick = 0;
  let sweep: NodeJS.Timeout | undefined;

  const parseByNode = interceptConnections(server, (socket) => {
    ofNode.delete(socket); // a connection that was let go for an upgrade begins anew
    // Whoever has the connection later on: an error without a listener would end the process.
    socket.off("error", destroyOnError).on("error", destroyOnError);
    // Read now, for every reader later on: once the client has reset the connection it is not known any more.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const connection = new ClientConnection(deps, socket);
    connection.idleSinceTick = tick;
    connections.add(connection);
    sweep ??= setInterval(sweepIdle, TICK_MS).unref();
  });

  const deps: ClientConnectionDeps = {
    parse: (bytes) => parseSimpleRequest(bytes, names),
    serve(request, body, connection) {
      connection.idleSinceTick = tick;
      return serve(request, body, connection);
    },
    isDraining,
    dateLine: createDateLine(),
    forget: (connection) => void connections.delete(connection),
    handOver(socket, answer) {
      ofNode.add(socket);
      if (answer !== undefined) resumed.set(socket, answer);
      socket.off("close", forget).on("close", forget);
      socket.off("resume", restartHandle).on("resume", restartHandle);
      closeWith(socket, endGently);
      parseByNode(socket);
    },
  };

  function sweepIdle(): void {
    tick += 1;
    for (const connection of connections) {
      if (connection.isBusy) connection.idleSinceTick = tick;
      else if (connection.hasRequested && tick - connection.idleSinceTick > KEPT_TICKS) connection.socket.destroy();
      else if (!connection.hasRequested && tick - connection.idleSinceTick > SILENT_TICKS) {
        connection.release();
        tooLate(connection.socket);
      }
    }
    if (connections.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  }

  return {
    resumeRequest(req, res) {
      if (resumed.size === 0) return false;
      const answer = resumed.get(req.socket);
      if (answer === undefined) return false;
      resumed.delete(req.socket);
      answer(req, res);
      return true;
    },
    closeIdle() {
      for (const connection of connections) if (connection.isIdle) connection.socket.destroySoon();
    },
    closeUnused(isUsed) {
      for (const socket of ofNode) if (!isUsed(socket)) socket.destroy();
    },
    closeAll() {
      for (const { socket } of connections) socket.destroy();
      for (const socket of ofNode) socket.destroy();
    },
  };
}

/** What node:http does behind its last answer. Nothing of what follows is a request (RFC 9112 §9.6). */
function endGently(this: Socket): void {
  if (this.destroyed) return;
  dropIncoming(this);
  endWithResponse(this);
}

function destroyOnError(this: Socket): void {
  this.destroy();
}

/** Deadlines are counted in these, which costs a request nothing. */
const TICK_MS = 5_000;
const KEPT_TICKS = Math.ceil(KEPT_MS / TICK_MS);
const SILENT_TICKS = Math.ceil(HEAD_MS / TICK_MS);

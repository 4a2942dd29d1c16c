import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createFieldNames } from "./field-names.ts";
import { parseSimpleRequest } from "./simple-request.ts";
import { createDateLine } from "./format-response-head.ts";
import { HEAD_MS, KEPT_MS } from "./server-options.ts";
import { lingerAtEnd } from "./end-with-response.ts";
import { interceptConnections, reportResets, restartHandle } from "./node-internals.ts";
import { type ResumeRequest, ClientConnection, type ClientConnectionDeps } from "./client-connection.ts";

export interface ClientConnectionsDeps extends Pick<ClientConnectionDeps, "serve" | "isDraining"> {
  /** Ends a connection on which no request arrived in time. */
  readonly tooLate: (socket: Socket) => void;
}

/**
 * The connections on which only simple requests have arrived so far. Connections go from the listener of a server to
 * this class first, and to the parser of node:http with the first request that is not simple.
 */
export class ClientConnections {
  readonly #own = new Set<ClientConnection>();
  readonly #ofNode = new Set<Socket>();
  readonly #resumed = new Map<Socket, ResumeRequest>();
  readonly #deps: ClientConnectionDeps;
  readonly #tooLate: (socket: Socket) => void;
  #tick = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(server: Server, { serve, isDraining, tooLate }: ClientConnectionsDeps) {
    const names = createFieldNames();
    const parseByNode = interceptConnections(server, (socket) => this.#add(socket));
    const forget = this.#forgetter();
    this.#tooLate = tooLate;
    this.#deps = {
      parse: (bytes) => parseSimpleRequest(bytes, names),
      serve: (request, body, connection) => {
        connection.idleSinceTick = this.#tick;
        return serve(request, body, connection);
      },
      isDraining,
      dateLine: createDateLine(),
      forget: (connection) => void this.#own.delete(connection),
      handOver: (socket, resume) => {
        this.#ofNode.add(socket);
        if (resume !== undefined) this.#resumed.set(socket, resume);
        socket.off("close", forget).on("close", forget);
        socket.off("resume", restartHandle).on("resume", restartHandle);
        lingerAtEnd(socket);
        parseByNode(socket);
      },
    };
  }

  /** Serves a request that was read here before its connection was passed on. Returns false for any other. */
  resumeRequest(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#resumed.size === 0) return false;
    const resume = this.#resumed.get(req.socket);
    if (resume === undefined) return false;
    this.#resumed.delete(req.socket);
    resume(req, res);
    return true;
  }

  /** Closes the connections without an open request. */
  closeIdle(): void {
    for (const connection of this.#own) if (connection.isIdle) connection.socket.destroySoon();
  }

  /** Closes the connections passed to node:http that are not in use. */
  closeUnused(isUsed: (socket: Socket) => boolean): void {
    for (const socket of this.#ofNode) if (!isUsed(socket)) socket.destroy();
  }

  closeAll(): void {
    for (const { socket } of this.#own) socket.destroy();
    for (const socket of this.#ofNode) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#ofNode.delete(socket); // a connection that was detached for an upgrade starts over
    // For every later owner of the connection: an error without a listener would end the process.
    socket.off("error", destroyOnError).on("error", destroyOnError);
    // Read now, because the address is unknown after a reset by the client.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const connection = new ClientConnection(this.#deps, reportResets(socket));
    connection.idleSinceTick = this.#tick;
    this.#own.add(connection);
    this.#sweep ??= setInterval(() => this.#sweepIdle(), TICK_MS).unref();
  }

  #forgetter(): (this: Socket) => void {
    const resumed = this.#resumed;
    const ofNode = this.#ofNode;
    return function (this: Socket): void {
      resumed.delete(this);
      ofNode.delete(this);
    };
  }

  #sweepIdle(): void {
    this.#tick += 1;
    for (const connection of this.#own) {
      const idleTicks = this.#tick - connection.idleSinceTick;
      if (connection.isBusy) connection.idleSinceTick = this.#tick;
      else if (connection.hasRequested && idleTicks > KEPT_TICKS) connection.socket.destroy();
      else if (!connection.hasRequested && idleTicks > SILENT_TICKS) {
        connection.release();
        this.#tooLate(connection.socket);
      }
    }
    if (this.#own.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

function destroyOnError(this: Socket): void {
  this.destroy();
}

/** Deadlines are counted in ticks, which cost a request nothing. */
const TICK_MS = 5_000;
const KEPT_TICKS = Math.ceil(KEPT_MS / TICK_MS);
const SILENT_TICKS = Math.ceil(HEAD_MS / TICK_MS);

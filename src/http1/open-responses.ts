import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { endWithResponse } from "./end-with-response.ts";
import { watchAbort } from "./detached-response.ts";
import { atItsTurn, drainListeners, dropIncoming } from "./node-internals.ts";

/** Keeps track of the responses that node:http still has to send on each connection. */
export interface OpenResponses {
  /** The response to the last request, ended or not; earlier ones on the same connection end first. */
  last(socket: Duplex): ServerResponse | undefined;
  /** Not all have ended. */
  areOpen(socket: Duplex): boolean;
  /** Calls back when all have ended, at once if there are none; never if the connection ends with or before them. */
  after(socket: Duplex, then: () => void): void;
  /** Does the same for a connection that node:http has detached (an upgrade, CONNECT), without reading from it. */
  afterLetGo(socket: Duplex, then: () => void): void;
}

interface Known {
  last: ServerResponse;
  open: number;
  readonly onDrain: readonly (() => void)[];
}

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Gives the requests of each connection to `handle`: the first pipelined ones at once, any further one in its turn. One
 * client would otherwise open as many connections to an app as requests fit into a packet.
 */
export function serveRequests(server: Server, handle: Handle): OpenResponses {
  const connections = new WeakMap<Duplex, Known>();

  function note({ socket }: IncomingMessage, res: ServerResponse): Known {
    const known = connections.get(socket) ?? { last: res, open: 0, onDrain: drainListeners(socket) };
    connections.set(socket, known);
    known.last = res;
    known.open += 1;
    res.once("close", () => (known.open -= 1));
    if (res.socket === null) endAtItsTurn(res);
    return known;
  }

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    const { open } = note(req, res);
    if (open <= MOST_AT_ONCE) handle(req, res);
    else if (open <= MOST_WAITING) inTurn(res, () => handle(req, res));
    else {
      endInstead(res);
      process.nextTick(dropIncoming, req.socket); // node:http is still reading
    }
  }

  const last = (socket: Duplex): ServerResponse | undefined => connections.get(socket)?.last;

  function areOpen(socket: Duplex): boolean {
    const answer = last(socket);
    return answer !== undefined && !isEnded(answer);
  }

  function after(socket: Duplex, then: () => void): void {
    const answer = last(socket);
    if (answer === undefined || isEnded(answer)) then();
    else {
      answer.once("close", () => {
        if (isEnded(answer) && !socket.destroyed && !socket.writableEnded) then();
      });
    }
  }

  const onRequestAlone: Handle = (req, res) => isolate(req.socket, () => onRequest(req, res));
  server.on("request", onRequestAlone).on("checkContinue", onRequestAlone);
  return {
    last,
    areOpen,
    after,
    afterLetGo(socket, then) {
      if (!areOpen(socket)) return then();
      const { onDrain = [] } = connections.get(socket) ?? {};
      for (const listener of onDrain) socket.on("drain", listener);
      const leaving = watchAbort(socket);
      leaving.signal.addEventListener("abort", () => socket.destroy(), { once: true });
      after(socket, () => {
        leaving.stop();
        for (const listener of onDrain) socket.off("drain", listener);
        then();
      });
    },
  };
}

/** How many requests of one connection are handled at the same time. */
const MOST_AT_ONCE = 16;
/** More end the connection after the earlier responses (RFC 9112 §9.3.2: the client repeats the rest). */
const MOST_WAITING = 1_000;

function inTurn(res: ServerResponse, then: () => void): void {
  atItsTurn(res, (socket, proceed) =>
    isolate(socket, () => {
      proceed();
      if (!res.destroyed) then();
    }),
  );
}

/** A response destroyed before its turn has not ended: those before it continue, and the connection ends after them. */
function isEnded({ writableFinished, socket }: ServerResponse): boolean {
  return writableFinished && socket === null;
}

/**
 * Ends the connection with these bytes in place of this response, or after the part of it that was written. Earlier
 * responses are sent first.
 */
export function endInstead(res: ServerResponse, bytes?: Buffer): void {
  const { socket } = res;
  if (socket === null) atItsTurn(res, (its) => endWithResponse(its, bytes));
  else {
    res.detachSocket(socket);
    endWithResponse(socket, bytes);
  }
  res.emit("close"); // stops whatever is writing the response
}

/** A response destroyed before its turn ends the connection in its turn: node:http would wait for it forever. */
function endAtItsTurn(res: ServerResponse): void {
  atItsTurn(res, (socket, proceed) =>
    isolate(socket, () => {
      if (res.destroyed) socket.destroySoon();
      else proceed();
    }),
  );
}

/** Tells a client to send its body, in turn: node:http would write the 100 into the response of an earlier request. */
export function writeContinue(res: ServerResponse): void {
  if (res.headersSent) return;
  if (res.socket !== null) {
    res.writeContinue();
    return;
  }
  atItsTurn(res, (socket, proceed) =>
    isolate(socket, () => {
      if (!res.headersSent && !res.destroyed) socket.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
      proceed();
    }),
  );
}

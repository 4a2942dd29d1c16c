import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { endWithResponse } from "./end-with-response.ts";
import { atItsTurn, drainListeners } from "./node-internals.ts";
import { watchAbort } from "./watch-abort.ts";

/** Keeps track of the responses that node:http still has to send on each connection. */
export interface OpenResponses {
  /** The response to the last request, ended or not; earlier ones on the same connection end first. */
  last(socket: Duplex): ServerResponse | undefined;
  /** Not all have ended. */
  areOpen(socket: Duplex): boolean;
  /** Calls back when all have ended, at once if there are none; never if the connection ends with or before them. */
  after(socket: Duplex, then: () => void): void;
  /** The same for a connection that node:http has detached (an upgrade, CONNECT); nothing is read from it meanwhile. */
  afterLetGo(socket: Duplex, then: () => void): void;
}

interface Known {
  last: ServerResponse;
  readonly onDrain: readonly (() => void)[];
}

export function watchResponses(server: Server): OpenResponses {
  const connections = new WeakMap<Duplex, Known>();

  function note({ socket }: IncomingMessage, res: ServerResponse): void {
    const known = connections.get(socket);
    if (known === undefined) connections.set(socket, { last: res, onDrain: drainListeners(socket) });
    else known.last = res;
    if (res.socket === null) endAtItsTurn(res);
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

  server.prependListener("request", note).prependListener("checkContinue", note);
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

/** A response destroyed before its turn has not ended: those before it continue, and the connection ends after them. */
function isEnded({ writableFinished, socket }: ServerResponse): boolean {
  return writableFinished && socket === null;
}

/**
 * Ends the connection, in turn, with these bytes in place of the response in progress, or behind what was written of it.
 * The responses before it arrive.
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

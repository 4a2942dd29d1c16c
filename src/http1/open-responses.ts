import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { endWithResponse } from "./end-with-response.ts";
import { atItsTurn, drainListeners } from "./node-internals.ts";
import { watchAbort } from "./watch-abort.ts";

/** Knows which answers node:http still has to give on each of its connections. */
export interface OpenResponses {
  /** The one to the last request, whether it is over or not; those before it on the same connection end first. */
  last(socket: Duplex): ServerResponse | undefined;
  /** Not all are over. */
  areOpen(socket: Duplex): boolean;
  /** Calls back once all are over, at once if there are none; never if the connection ends with or before them. */
  after(socket: Duplex, then: () => void): void;
  /** The same for a connection that node:http has let go (an upgrade, CONNECT); nothing is read from it meanwhile. */
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

/** One that is destroyed before its turn is not: those before it go on, and the connection ends behind them. */
function isEnded({ writableFinished, socket }: ServerResponse): boolean {
  return writableFinished && socket === null;
}

/** Gives a request these bytes, in its turn, in place of the answer that is being made; the connection ends with them. */
export function respondInstead(res: ServerResponse, bytes: Buffer): void {
  const { socket } = res;
  if (socket === null) atItsTurn(res, (its) => endWithResponse(its, bytes));
  else {
    res.detachSocket(socket);
    endWithResponse(socket, bytes);
  }
  res.emit("close"); // whoever is making the answer stops
}

/** An answer that is destroyed before its turn ends the connection at its turn: node:http would wait for it for ever. */
function endAtItsTurn(res: ServerResponse): void {
  atItsTurn(res, (socket, proceed) =>
    isolate(socket, () => {
      if (res.destroyed) socket.destroySoon();
      else proceed();
    }),
  );
}

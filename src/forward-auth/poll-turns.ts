import type { Socket } from "node:net";
import { NO_FETCHES, noteFetch } from "../core/recall.ts";

/** The order in which the connections of one address fetch, which shows which of them share a process. */
export interface PollTurns {
  /** Notes a fetch on this connection. */
  note(socket: Socket, nowMs: number): void;
  /** Returns whether the process that fetched on this connection has fetched on another one since. */
  isReplaced(socket: Socket, nowMs: number): boolean;
}

/** The share of an interval by which a fetch may be early or late. */
const OUT_OF_TURN = 0.25;
/** How long two consecutive fetches on one connection prove that only one process fetches. */
const ALONE_MS = 30_000;
const ALONE_TURNS = 10;

/**
 * Creates the turns of one address. Go's http.Transport fetches on any idle connection, so a busy Traefik uses many.
 * Two Traefiks fetch alternately or out of turn. So if one connection has fetched twice in a row, and another one
 * fetches exactly one interval after the fetch before and before the next, both belong to the same process.
 */
export function createPollTurns(): PollTurns {
  const outOfTurn = new WeakSet<Socket>();
  let all = NO_FETCHES;
  let aloneMs = Number.NEGATIVE_INFINITY;
  let last: { readonly socket: Socket; readonly atMs: number; readonly gapMs: number | undefined } | undefined;

  function isTurn(gapMs: number | undefined): boolean {
    return gapMs === undefined || Math.abs(gapMs / all.everyMs - 1) <= OUT_OF_TURN;
  }

  return {
    note(socket, nowMs) {
      all = noteFetch(all, nowMs);
      const gapMs = last && nowMs - last.atMs;
      if (last !== undefined && !(isTurn(last.gapMs) && isTurn(gapMs))) outOfTurn.add(last.socket);
      if (last?.socket === socket && isTurn(gapMs)) aloneMs = nowMs;
      last = { socket, atMs: nowMs, gapMs };
    },
    isReplaced(socket, nowMs) {
      const isAlone = nowMs - aloneMs <= Math.max(ALONE_MS, all.everyMs * ALONE_TURNS);
      return isAlone && !outOfTurn.has(socket) && last?.socket !== socket;
    },
  };
}

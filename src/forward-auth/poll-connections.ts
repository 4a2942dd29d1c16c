import type { Socket } from "node:net";
import { plainAddress } from "../core/plain-address.ts";
import { type FrontPeer, NO_FETCHES, noteFetch, SILENT_MS } from "../core/recall.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { createPollTurns } from "./poll-turns.ts";

/** The connections on which Traefiks at one address fetch. Each process has its own, and uses any of them. */
export interface PollConnections {
  /** Notes a fetch on this connection. */
  note(socket: Socket): void;
  areOpen(): boolean;
  /** Returns whether an open connection has missed a poll: its process may be frozen, or uses another connection. */
  areLate(): boolean;
  /** Returns the polling interval of a process; 0: unknown. */
  everyMs(): number;
  /**
   * Returns the connections whose process may use a document that it has fetched on them; probes those that are late.
   */
  probe(sinceMs: number): readonly FrontPeer[];
}

interface Known extends FrontPeer {
  /** At its last poll, or at `checkedMs`, when a recall last checked it. */
  bytesRead: number;
  checkedMs: number;
  isLost: boolean;
  /** When it ended; `undefined`: it is open. */
  endedMs: number | undefined;
}

/** When TCP keep-alive begins, so that the connection of a machine that is gone ends within 15 s. */
const PROBE_AFTER_MS = 5_000;
/** How late a poll may be. */
const LATE_MS = 1_000;
const LOST_MS = 60_000;

/** Creates the connections of one address. */
export function createPollConnections(clock: Clock): PollConnections {
  const known = new Map<Socket, Known>();
  const followed = new WeakSet<Socket>();
  const turns = createPollTurns();

  function note(socket: Socket): void {
    const now = clock.now();
    forgetOver(now);
    turns.note(socket, now);
    if (!followed.has(socket)) follow(socket);
    known.set(socket, connectionOf(socket, noteFetch(known.get(socket) ?? NO_FETCHES, now)));
    if (socket.destroyed || socket.readableEnded) release(socket); // it disconnected before the response
  }

  function forgetOver(now: number): void {
    for (const [socket, one] of known) {
      if (one.endedMs === undefined) continue;
      const graceMs = !one.isLost && turns.isReplaced(socket, now) ? LATE_MS : graceOf(one, one.endedMs);
      if (one.endedMs + graceMs <= now) known.delete(socket);
    }
  }

  function follow(socket: Socket): void {
    followed.add(socket);
    socket.setKeepAlive(true, PROBE_AFTER_MS);
    const end = (): void => release(socket);
    socket.once("end", end).once("close", end);
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      const one = known.get(socket);
      if (one !== undefined) one.isLost = code === "ETIMEDOUT";
    });
  }

  function release(socket: Socket): void {
    const one = known.get(socket);
    if (one !== undefined) one.endedMs ??= clock.now();
  }

  return {
    note,
    areOpen: () => [...known.values()].some(({ endedMs }) => endedMs === undefined),
    areLate: () => [...known.values()].some((one) => one.endedMs === undefined && isLate(one, clock.now())),
    everyMs: () => smallest([...known.values()].flatMap(({ everyMs }) => (everyMs > 0 ? [everyMs] : []))),
    probe(sinceMs) {
      forgetOver(clock.now());
      for (const [socket, one] of known)
        if (isBehind(one, sinceMs) && hasArrived(socket, one, { sinceMs, nowMs: clock.now() })) release(socket);
      // Connections that are newer have fetched no earlier document; busy Traefiks use another one each time.
      return [...known.values()].filter(({ fetchesMs }) => (fetchesMs[0] ?? 0) <= sinceMs);
    },
  };
}

/** Returns how long its process, if it still runs, may take to fetch on another connection; 0 if a fetch is overdue. */
function graceOf(one: Known, endedMs: number): number {
  if (one.isLost) return LOST_MS;
  if (one.everyMs === 0) return SILENT_MS;
  return (isLate(one, endedMs) ? 0 : one.everyMs) + LATE_MS;
}

function isLate({ fetchesMs, everyMs }: Known, nowMs: number): boolean {
  return nowMs - (fetchesMs.at(-1) ?? 0) > everyMs + LATE_MS;
}

function smallest(amounts: readonly number[]): number {
  return amounts.length === 0 ? 0 : Math.min(...amounts);
}

function connectionOf(socket: Socket, fetches: typeof NO_FETCHES): Known {
  return {
    name: `${plainAddress(socket.remoteAddress ?? "")} (from port ${socket.remotePort})`,
    ...fetches,
    isThere: "yes",
    bytesRead: socket.bytesRead,
    checkedMs: 0,
    isLost: false,
    endedMs: undefined,
  };
}

function isBehind({ endedMs, fetchesMs }: Known, sinceMs: number): boolean {
  return endedMs === undefined && (fetchesMs.at(-1) ?? 0) <= sinceMs;
}

/**
 * Returns whether the process of a connection has sent bytes since a recall checked it, and so is running. Otherwise
 * our end is closed: a running process then closes its own at once, and repeats a request that it was about to send
 * (Go's http.Transport); a frozen one does nothing.
 */
function hasArrived(socket: Socket, one: Known, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): boolean {
  const [isFirst, isQuiet] = [one.checkedMs <= sinceMs, socket.bytesRead === one.bytesRead];
  one.bytesRead = socket.bytesRead;
  one.checkedMs = nowMs;
  if (isQuiet) socket.end();
  return !isQuiet && !isFirst;
}

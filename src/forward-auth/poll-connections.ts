import type { Socket } from "node:net";
import { type FrontPeer, NEVER, noteFetch, SILENT_MS } from "../core/recall.ts";
import type { Clock } from "../lifecycle/ports.ts";

/** The connections by which Traefiks at one address fetch: a process uses any that it has open, and shares none. */
export interface PollConnections {
  /** A document was fetched by this one. */
  note(socket: Socket): void;
  areOpen(): boolean;
  /** Whether one is open that has missed its turn: its process may be frozen, or uses another one. */
  areLate(): boolean;
  /** How often a process fetches by one of them, as far as that is known; 0: it is not. */
  everyMs(): number;
  /** All that may belong to a process which goes by what it has fetched by them; those that are late are probed. */
  probe(sinceMs: number): readonly FrontPeer[];
}

interface Known extends FrontPeer {
  /** As of its last poll, or of `checkedMs`, when a recall last met it. */
  bytesRead: number;
  checkedMs: number;
  isLost: boolean;
  /** Its process ran at the end of the connection, and has fetched by then if it goes on. */
  untilMs: number | undefined;
}

/** TCP probes an idle connection after this time: that of a machine that is gone ends within 15 s. */
const PROBE_AFTER_MS = 5_000;
/** How late a poll may be. */
const LATE_MS = 1_000;
const LOST_MS = 60_000;

export function createPollConnections(clock: Clock): PollConnections {
  const known = new Map<Socket, Known>();
  const followed = new WeakSet<Socket>();

  function note(socket: Socket): void {
    const now = clock.now();
    forgetOver(now);
    const former = known.get(socket);
    if (!followed.has(socket)) follow(socket);
    known.set(socket, connectionOf(socket, noteFetch(former ?? NEVER, now)));
    if (socket.destroyed || socket.readableEnded) release(socket); // it did not wait for the response
  }

  function forgetOver(now: number): void {
    for (const [socket, { untilMs = Infinity }] of known) if (untilMs <= now) known.delete(socket);
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

  /** Its process runs, or has ended: if it goes on, it fetches by another connection in its turn. */
  function release(socket: Socket): void {
    const one = known.get(socket);
    if (one === undefined || one.untilMs !== undefined) return;
    const turnMs = one.everyMs > 0 ? one.everyMs + LATE_MS : SILENT_MS;
    one.untilMs = clock.now() + (one.isLost ? LOST_MS : turnMs);
  }

  return {
    note,
    areOpen: () => [...known.values()].some(({ untilMs }) => untilMs === undefined),
    areLate: () => [...known.values()].some((one) => one.untilMs === undefined && isLate(one, clock.now())),
    everyMs: () => smallest([...known.values()].flatMap(({ everyMs }) => (everyMs > 0 ? [everyMs] : []))),
    probe(sinceMs) {
      forgetOver(clock.now());
      for (const [socket, one] of known)
        if (isBehind(one, sinceMs) && hasArrived(socket, one, { sinceMs, nowMs: clock.now() })) release(socket);
      // By one that is new since then no earlier document was fetched; busy Traefiks fetch by another one each time.
      return [...known.values()].filter(({ fetchesMs }) => (fetchesMs[0] ?? 0) <= sinceMs);
    },
  };
}

function isLate({ fetchesMs, everyMs }: Known, nowMs: number): boolean {
  return nowMs - (fetchesMs.at(-1) ?? 0) > everyMs + LATE_MS;
}

function smallest(amounts: readonly number[]): number {
  return amounts.length === 0 ? 0 : Math.min(...amounts);
}

function connectionOf(socket: Socket, fetches: typeof NEVER): Known {
  return {
    name: `${plainAddress(socket)} (from port ${socket.remotePort})`,
    ...fetches,
    isThere: "yes",
    bytesRead: socket.bytesRead,
    checkedMs: 0,
    isLost: false,
    untilMs: undefined,
  };
}

function isBehind({ untilMs, fetchesMs }: Known, sinceMs: number): boolean {
  return untilMs === undefined && (fetchesMs.at(-1) ?? 0) <= sinceMs;
}

/**
 * Whether the process behind a connection has sent an auth request since a recall met it, so that it runs. If it has not, we close
 * our end: one that runs closes its own at once, and repeats what it was about to send (Go's http.Transport); one that is frozen
 * does nothing.
 */
function hasArrived(socket: Socket, one: Known, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): boolean {
  const [isFirst, isQuiet] = [one.checkedMs <= sinceMs, socket.bytesRead === one.bytesRead];
  one.bytesRead = socket.bytesRead;
  one.checkedMs = nowMs;
  if (isQuiet) socket.end();
  return !isQuiet && !isFirst;
}

/** The address of the other end; IPv4 in its own form. */
export function plainAddress({ remoteAddress = "" }: Socket): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/u, "");
}

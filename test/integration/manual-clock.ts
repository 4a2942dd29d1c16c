import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../src/lifecycle/ports.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms`. Sleepers wake in order, each at its own moment, and whatever they set off (short of real
   * I/O) is done before the next one wakes.
   */
  advance(ms: number): Promise<void>;
  /** Lets everything that is due now run, without moving time. */
  settle(): Promise<void>;
  /** Sets the wall clock off by `ms`, as a person or NTP does; `now` does not jump. */
  jumpWall(ms: number): void;
  /** When each sleeper wakes, soonest first. */
  sleepers(): readonly number[];
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock at `startMs`; the default is a Monday, 2026-06-01T12:00:00Z. */
export function createManualClock(startMs = Date.UTC(2026, 5, 1, 12)): ManualClock {
  const sleepers = new Set<Sleeper>();
  let nowMs = startMs;
  let wallOffsetMs = 0;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        atMs: nowMs + Math.max(0, ms),
        wake: () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
      // A sleep of 0 ends by itself, as a real one does, but not in the turn in which it began.
      if (sleeper.atMs <= nowMs) setImmediate(sleeper.wake);
    });
  }

  async function settle(): Promise<void> {
    let quiet = 0;
    for (let turns = 0; quiet < QUIET_TURNS; turns += 1) {
      if (turns > MANY_TURNS) throw new Error("time stands still, but something goes on sleeping for 0 ms");
      await turn();
      const next = soonest(sleepers);
      const due = next !== undefined && next.atMs <= nowMs;
      if (due) next.wake();
      quiet = due ? 0 : quiet + 1;
    }
  }

  return {
    now: () => nowMs,
    wall: () => nowMs + wallOffsetMs,
    sleep,
    settle,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      while (true) {
        const next = soonest(sleepers);
        if (next === undefined || next.atMs > untilMs) break;
        nowMs = next.atMs;
        await settle(); // wakes it
      }
      nowMs = untilMs;
    },
    jumpWall: (ms) => void (wallOffsetMs += ms),
    sleepers: () => [...sleepers].map(({ atMs }) => atMs).sort((a, b) => a - b),
  };
}

/** One turn of the event loop runs all promises that are due; a few more let those that hop through `setImmediate` end. */
const QUIET_TURNS = 3;
const MANY_TURNS = 10_000;

/** Of two at the same moment, the one that went to sleep first. */
function soonest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (first === undefined || sleeper.atMs < first.atMs) first = sleeper;
  return first;
}

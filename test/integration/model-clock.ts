import type { Clock } from "../../src/lifecycle/ports.ts";

/** A manual clock for very many short runs: one turn of the event loop per sleeper that wakes, and no real time. */
export interface ModelClock extends Clock {
  /** Something that happens outside the gateway; it is not among the sleepers. */
  later(ms: number, act: () => void): void;
  /** A pause of the model. */
  pause(ms: number): Promise<void>;
  advance(ms: number): Promise<void>;
  settle(): Promise<void>;
  jumpWall(ms: number): void;
  /** How many sleeps the life cycle has in progress. */
  sleeping(): number;
  /** The life cycle was killed: nobody wakes it any more. */
  forget(): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly isOurs: boolean;
  readonly wake: () => void;
}

/** So often may something happen at one moment; more is a loop that never ends. */
const MANY = 3_000;

export function createModelClock(startMs: number): ModelClock {
  const sleepers = new Set<Sleeper>();
  let nowMs = startMs;
  let offsetMs = 0;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), isOurs: true, wake };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  function later(ms: number, act: () => void): void {
    const sleeper: Sleeper = {
      atMs: nowMs + ms,
      isOurs: false,
      wake() {
        sleepers.delete(sleeper);
        act();
      },
    };
    sleepers.add(sleeper);
  }

  async function settle(): Promise<void> {
    for (let count = 0; ; count += 1) {
      if (count > MANY) throw new Error("time stands still: something goes on sleeping for 0 ms");
      await turn();
      const next = soonest(sleepers);
      if (next === undefined || next.atMs > nowMs) return;
      next.wake();
    }
  }

  return {
    now: () => nowMs,
    wall: () => nowMs + offsetMs,
    sleep,
    later,
    pause: (ms) => (ms > 0 ? new Promise((resolve) => later(ms, resolve)) : Promise.resolve()),
    settle,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let next = soonest(sleepers); next !== undefined && next.atMs <= untilMs; next = soonest(sleepers)) {
        nowMs = next.atMs;
        await settle();
      }
      nowMs = untilMs;
    },
    jumpWall: (ms) => void (offsetMs += ms),
    forget() {
      for (const sleeper of sleepers) if (sleeper.isOurs) sleepers.delete(sleeper);
    },
    sleeping: () => [...sleepers].filter(({ isOurs }) => isOurs).length,
  };
}

/** All promises that can continue have continued after one turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function soonest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (first === undefined || sleeper.atMs < first.atMs) first = sleeper;
  return first;
}

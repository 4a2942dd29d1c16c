import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./lifecycle/ports.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real time: `now` is monotonic since the start of the process, so that setting the clock stops no container. */
export function createSystemClock(): Clock {
  const { timeOrigin } = performance;
  return {
    now: () => timeOrigin + performance.now(),
    wall: () => Date.now(),
    async sleep(ms, signal) {
      const dueMs = performance.now() + ms;
      try {
        // A timer of Node may fire early: it counts whole milliseconds from the event loop's time, which may be older.
        for (let leftMs = Math.max(0, ms); ; leftMs = dueMs - performance.now()) {
          await sleep(Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS), undefined, signal && { signal });
          if (performance.now() >= dueMs) return;
        }
      } catch {
        // aborted: the caller asks its signal
      }
    },
  };
}

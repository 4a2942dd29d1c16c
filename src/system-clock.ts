import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./lifecycle/ports.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Creates the system's clock. `now` is monotonic, so that setting the wall clock does not stop containers. */
export function createSystemClock(): Clock {
  const { timeOrigin } = performance;
  return {
    now: () => timeOrigin + performance.now(),
    wall: () => Date.now(),
    async sleep(ms, signal) {
      const dueMs = performance.now() + ms;
      try {
        // Node's timers may fire early: they count whole milliseconds from the event loop's time, which may be older.
        for (let leftMs = Math.max(0, ms); ; leftMs = dueMs - performance.now()) {
          await sleep(Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS), undefined, signal && { signal });
          if (performance.now() >= dueMs) return;
        }
      } catch {
        // aborted: the caller checks its signal
      }
    },
  };
}

import { type EventLoopUtilization, performance } from "node:perf_hooks";

const CHECK_MS = 15_000;
/** Less is no burst. */
const GROWTH = 1.2;
/** A collection stops everything for some 50 ms: nobody waits for it while this little happens. */
const IDLE_UTILIZATION = 0.02;
/** So long must something have happened since the last collection for another one to be worth it. */
const FIRST_ACTIVE_MS = 50;
const MOST_ACTIVE_MS = 60_000;

/**
 * Gives memory back after a burst of connections, once there is little to do: V8 collects by itself when somebody allocates, and
 * after a burst nobody does. While that gains nothing, since what was allocated is in use, it is tried ever more rarely.
 */
export function giveBackWhenIdle(collect: () => void, readMemory = () => process.memoryUsage.rss()): void {
  let least = readMemory();
  let isDueAfterMs = FIRST_ACTIVE_MS;
  let collected = performance.eventLoopUtilization();
  let checked: EventLoopUtilization = collected;

  function check(): void {
    const { utilization } = performance.eventLoopUtilization(checked);
    checked = performance.eventLoopUtilization();
    const before = readMemory();
    least = Math.min(least, before);
    const isIdle = utilization < IDLE_UTILIZATION;
    const hasChanged = performance.eventLoopUtilization(checked, collected).active >= isDueAfterMs;
    if (!isIdle || !hasChanged || before < least * GROWTH) return;
    collect();
    collected = checked = performance.eventLoopUtilization();
    const gained = before - readMemory();
    isDueAfterMs = gained > before - before / GROWTH ? FIRST_ACTIVE_MS : Math.min(isDueAfterMs * 2, MOST_ACTIVE_MS);
  }

  setInterval(check, CHECK_MS).unref();
}

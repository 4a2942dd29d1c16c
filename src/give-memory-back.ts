import { performance } from "node:perf_hooks";

/**
 * Returns memory to the system after a burst (docs/adr/0015-memory-after-a-burst.md), which V8 and the C library do not
 * do by themselves: V8 only collects garbage on allocations, and the C library keeps free memory between blocks in use.
 * Runs only while there is little to do, and once per `WORK_MS` of work, so that its cost is a small share of that.
 */
export function giveMemoryBackWhenIdle(collectGarbage: () => void): void {
  let restBytes = process.memoryUsage.rss();
  let given = performance.eventLoopUtilization();
  let checked = given;

  function isIdle(): boolean {
    const before = checked;
    checked = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(checked, before).utilization <= IDLE_UTILIZATION;
  }

  /** Reading thousands of containers takes memory and work, but is no burst. */
  function settle(checksLeft: number): void {
    if (isIdle() && process.getActiveResourcesInfo().length < FEW_RESOURCES) restBytes = process.memoryUsage.rss();
    else if (checksLeft > 0) return void setTimeout(settle, SETTLE_MS, checksLeft - 1).unref();
    given = checked;
    setInterval(check, CHECK_MS).unref();
  }

  function check(): void {
    const { active: workMs } = performance.eventLoopUtilization(performance.eventLoopUtilization(), given);
    if (!isIdle() || workMs < WORK_MS || process.memoryUsage.rss() < restBytes * GROWTH) return;
    collectGarbage();
    trimMemory();
    given = checked = performance.eventLoopUtilization();
  }

  setTimeout(settle, SETTLE_MS, SETTLE_CHECKS).unref();
}

const SETTLE_MS = 2_000;
const SETTLE_CHECKS = 5;
/** With more open sockets, a burst has already begun. */
const FEW_RESOURCES = 100;
const CHECK_MS = 10_000;
/** The highest load at which it runs, because a collection blocks the process for some 50 ms. */
const IDLE_UTILIZATION = 0.05;
const WORK_MS = 250;
/** The growth of memory since the first rest that counts as a burst. */
const GROWTH = 1.25;

/** Calls glibc's `malloc_trim`, except on Node before 26.1, with another C library, and where FFI is forbidden. */
function trimMemory(): void {
  const { emitWarning } = process;
  process.emitWarning = () => {}; // suppresses the warning that FFI is experimental
  try {
    const { dlopen } = process.getBuiltinModule("node:ffi");
    dlopen(null, { malloc_trim: { arguments: ["u64"], return: "i32" } }).functions.malloc_trim(0n);
  } catch {
    // Not available: only the collected garbage is returned.
  } finally {
    process.emitWarning = emitWarning;
  }
}

import { performance } from "node:perf_hooks";

/**
 * Returns memory to the system after a burst (docs/adr/0015-memory-after-a-burst.md), which V8 and the C library do not
 * do by themselves: V8 only collects garbage on allocations, and the C library keeps free memory between blocks in use.
 * Runs only while there is little to do, and once per `WORK_MS` of work, so that its cost is a small share of that.
 */
export function giveMemoryBackWhenIdle(collectGarbage: () => void): void {
  const atStart = process.memoryUsage.rss();
  let given = performance.eventLoopUtilization();
  let checked = given;

  function check(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, checked);
    const { active: workMs } = performance.eventLoopUtilization(now, given);
    checked = now;
    if (utilization > IDLE_UTILIZATION || workMs < WORK_MS || process.memoryUsage.rss() < atStart * GROWTH) return;
    collectGarbage();
    trimMemory();
    given = checked = performance.eventLoopUtilization();
  }

  setInterval(check, CHECK_MS).unref();
}

const CHECK_MS = 10_000;
/** The highest load at which it runs, because a collection blocks the process for some 50 ms. */
const IDLE_UTILIZATION = 0.05;
const WORK_MS = 250;
/** The growth of memory since the start that counts as a burst. */
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

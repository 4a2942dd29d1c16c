import { performance } from "node:perf_hooks";

/**
 * Gives memory back to the system after a burst: V8 collects garbage when something is allocated, and the C library
 * keeps what is free between pieces in use (docs/adr/0015-memory-after-a-burst.md). Happens only while there is little
 * to do, and once per `WORK_MS` of work, so that it costs a small part of that work.
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
/** A collection stops everything for some 50 ms. */
const IDLE_UTILIZATION = 0.05;
const WORK_MS = 250;
/** Less is no burst. */
const GROWTH = 1.25;

/** Calls glibc's `malloc_trim`, except on Node before 26.1, with another C library, and where FFI is forbidden. */
function trimMemory(): void {
  const { emitWarning } = process;
  process.emitWarning = () => {}; // that FFI is experimental, which an operator need not know
  try {
    const { dlopen } = process.getBuiltinModule("node:ffi");
    dlopen(null, { malloc_trim: { arguments: ["u64"], return: "i32" } }).functions.malloc_trim(0n);
  } catch {
    // The collected garbage is all that is given back.
  } finally {
    process.emitWarning = emitWarning;
  }
}

import type { LifecycleContext } from "../context.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** Limits the CPU of an unused workload, which continues to run. */
export function throttle(context: LifecycleContext, record: WorkloadRecord): void {
  const { throttleCpus: cpus, throttleMemoryBytes: memoryBytes } = record.settings;
  markThrottled(context, record);
  void inTurn(context, record, async () => {
    const { engine } = record;
    const own = await engine.limits(refOf(record));
    // Stored before the change, so that a gateway that is killed can restore them. The same id: these are already ours.
    if (record.ownLimits?.id !== own.id) record.ownLimits = own;
    await context.save(record);
    if (!record.throttled) return;
    await engine.throttle(refOf(record), { cpus, memoryBytes });
    context.emit({ type: "throttled", workload: record.name, cpus });
  });
}

/** Restores the workload's own limits; resolves when that is done. */
export function unthrottle(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  record.throttled = false;
  record.speedUp = undefined;
  context.rearm(record); // it may be throttled again long before it is idle
  return inTurn(context, record, async () => {
    if (record.ownLimits === undefined) return;
    await record.engine.restore(refOf(record), record.ownLimits);
    record.ownLimits = undefined;
    context.remember(record);
    context.emit({ type: "throttled", workload: record.name, cpus: 0 });
  });
}

function markThrottled(context: LifecycleContext, record: WorkloadRecord): void {
  record.throttled = true;
  record.speedUp = () => void unthrottle(context, record);
}

/** Makes one change after the other, because the last one must win. */
function inTurn(context: LifecycleContext, record: WorkloadRecord, change: () => Promise<void>): Promise<void> {
  record.limiting = record.limiting.then(change).catch((error: unknown) => {
    const code = error instanceof EngineError ? error.code : undefined;
    // The loss of the engine is already reported; the next use tries again.
    if (code === "unreachable") return markThrottled(context, record);
    if (code === "absent") return void (record.ownLimits = undefined);
    context.emit({ type: "fault", message: `cannot set the limits of "${record.name}"`, detail: String(error) });
  });
  return record.limiting;
}

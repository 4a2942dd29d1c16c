import type { WakeCause } from "../../core/wake-cause.ts";
import { follow } from "../workload/follow.ts";
import { isSatisfied } from "../workload/gate.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

import { endRecall, orderAfterRecall } from "./recall.ts";

/**
 * A time in which requests do not wake a workload; `untilMs` is on the life cycle's clock, `undefined`: until it is
 * started.
 */
export interface Suspension {
  readonly workload: string;
  readonly untilMs: number | undefined;
}

/** Returns what keeps a workload, or a dependency that it lacks, from being woken; `undefined` if nothing does. */
export function suspensionOf(record: WorkloadRecord, seen = new Set<WorkloadRecord>()): Suspension | undefined {
  if (seen.has(record)) return undefined; // a dependency may be reached on several paths
  seen.add(record);
  if (record.suspendedUntilMs > 0) return { workload: record.name, untilMs: record.suspendedUntilMs };
  if (staysStopped(record)) return { workload: record.name, untilMs: undefined };
  for (const { record: dependency, condition } of record.dependencies) {
    if (isSatisfied(dependency, condition)) continue;
    const found = suspensionOf(dependency, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An administrator may start what somebody else has stopped, but must end a suspension first. */
export function mayBeWoken(record: WorkloadRecord, cause: WakeCause): boolean {
  return cause === "admin" ? record.suspendedUntilMs === 0 : suspensionOf(record) === undefined;
}

/** Stops it if it runs, like an administrator's stop, and keeps requests from waking it for `ms`. */
export function suspend(context: LifecycleContext, record: WorkloadRecord, ms: number): void {
  const { clock } = context;
  record.suspendedUntilMs = clock.now() + ms;
  context.emit({ type: "suspended", workload: record.name, untilMs: clock.wall() + ms });
  follow(context, record); // closes the gate
  orderAfterRecall(context, record, () => context.dispatch(record, { type: "sleep", reason: "suspend" }));
  void context.save(record);
}

/** Ends a suspension, so that the next request wakes the workload. */
export function resume(context: LifecycleContext, record: WorkloadRecord): void {
  if (record.suspendedUntilMs === 0) return;
  record.suspendedUntilMs = 0;
  endRecall(context, record);
  context.emit({ type: "resumed", workload: record.name });
  follow(context, record);
  void context.save(record);
}

/**
 * Returns true with `wake_after_stop: started` if somebody else has ended its last run, or has ordered that and it has
 * not started since. Crashes and the gateway's own stops do not count.
 */
function staysStopped({ settings, endedBy, endOrdered, state }: WorkloadRecord): boolean {
  if (settings.wakeAfterStop !== "started") return false;
  if (endOrdered && state.status === "unready") return true;
  const isStopped =
    state.status === "asleep" || state.status === "absent" || (state.status === "failed" && !state.runs);
  return isStopped && (endOrdered || endedBy === "other");
}

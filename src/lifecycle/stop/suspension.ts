import type { WakeCause } from "../../core/wake-cause.ts";
import { follow } from "../workload/follow.ts";
import { isSatisfied } from "../workload/gate.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

import { endRecall, orderAfterRecall } from "./recall.ts";

/** Why nobody wakes a workload; `untilMs` (the life cycle's clock) is when that ends, `undefined`: when somebody starts it. */
export interface Suspension {
  readonly workload: string;
  readonly untilMs: number | undefined;
}

/** What keeps a workload, or a missing dependency, from being woken; `undefined`: nothing does. */
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

/** An administrator may start what was stopped from outside; a suspension must be ended first. */
export function mayBeWoken(record: WorkloadRecord, cause: WakeCause): boolean {
  return cause === "admin" ? record.suspendedUntilMs === 0 : suspensionOf(record) === undefined;
}

/** Stops it if it runs, like an administrator's stop, and lets nothing wake it for `ms`. */
export function suspend(context: LifecycleContext, record: WorkloadRecord, ms: number): void {
  const { clock } = context;
  record.suspendedUntilMs = clock.now() + ms;
  context.emit({ type: "suspended", workload: record.name, untilMs: clock.wall() + ms });
  follow(context, record); // closes the gate
  orderAfterRecall(context, record, () => context.dispatch(record, { type: "sleep", reason: "suspend" }));
  void context.save(record);
}

/** The next request wakes it again. */
export function resume(context: LifecycleContext, record: WorkloadRecord): void {
  if (record.suspendedUntilMs === 0) return;
  record.suspendedUntilMs = 0;
  endRecall(context, record);
  context.emit({ type: "resumed", workload: record.name });
  follow(context, record);
  void context.save(record);
}

/**
 * `wake_after_stop: started`, and somebody else has ended its last run, or has ordered its end and it has not started since.
 * A crash is no stop, and neither is one of ours.
 */
function staysStopped({ settings, endedBy, endOrdered, state }: WorkloadRecord): boolean {
  if (settings.wakeAfterStop !== "started") return false;
  if (endOrdered && state.status === "unready") return true;
  const isStopped =
    state.status === "asleep" || state.status === "absent" || (state.status === "failed" && !state.runs);
  return isStopped && (endOrdered || endedBy === "other");
}

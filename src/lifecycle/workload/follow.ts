import { closeOrOpenGate } from "./gate.ts";
import { settleWaiters } from "../admit/hold.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "./notify.ts";
import type { WorkloadRecord } from "./record.ts";

/** Sets the gates that depend on `record`, and notifies their waiters. */
export function follow(context: LifecycleContext, record: WorkloadRecord): void {
  announce(context, record, updateGates(context, record));
}

/** Sets the gates of `record` and its dependents, and returns these records. */
export function updateGates({ clock }: LifecycleContext, record: WorkloadRecord): readonly WorkloadRecord[] {
  const affected = withDependents(record);
  const wall = clock.wall();
  for (const one of affected) closeOrOpenGate(one, wall);
  return affected;
}

/** Notifies held requests, long polls and live pages of a change of `record`, and sets the timers that depend on it. */
export function announce(context: LifecycleContext, record: WorkloadRecord, affected: readonly WorkloadRecord[]): void {
  for (const one of affected) {
    settleWaiters(one, context.clock);
    notify(one.watchers);
    context.rearm(one);
  }
  for (const { record: dependency } of record.dependencies) context.rearm(dependency);
}

/** Returns `record` and its direct and indirect dependents, each once and after its dependencies. */
function withDependents(record: WorkloadRecord): readonly WorkloadRecord[] {
  if (record.dependents.length === 0) return [record];
  const seen = new Set<WorkloadRecord>();
  const order: WorkloadRecord[] = [];
  const visit = (one: WorkloadRecord): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const dependent of one.dependents) visit(dependent);
    order.push(one);
  };
  visit(record);
  return order.reverse();
}

import { closeOrOpenGate } from "./gate.ts";
import { settleWaiters } from "../admit/hold.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "./notify.ts";
import type { WorkloadRecord } from "./record.ts";

/** Whoever depends on a change of `record` hears of it: gates, waiters, long polls, and the timers of its neighbours. */
export function follow(context: LifecycleContext, record: WorkloadRecord): void {
  const affected = withDependents(record);
  const wall = context.clock.wall();
  for (const one of affected) closeOrOpenGate(one, wall);
  for (const one of affected) {
    settleWaiters(one);
    notify(one.watchers);
    context.rearm(one);
  }
  for (const { record: dependency } of record.dependencies) context.rearm(dependency);
}

/** `record` and everything that needs it, what is needed always before what needs it, each once. */
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

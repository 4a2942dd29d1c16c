import { resetState } from "../workload/dispatch.ts";
import { forgetObservation } from "./observe.ts";
import { closeGate } from "../workload/gate.ts";
import { forgetScheduleChange } from "../workload/schedule-change.ts";
import { clearTimer } from "../workload/timers.ts";
import type { WorkloadSettings } from "../../core/settings.ts";
import type { LifecycleContext } from "../context.ts";
import type { MemoryKeeper } from "../workload/memory.ts";
import { notify } from "../workload/notify.ts";
import type { Engine } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { endRecall } from "../stop/recall.ts";
import { unthrottle } from "../stop/throttle.ts";

/** What the removal of records needs. */
export interface RetireDeps {
  readonly context: LifecycleContext;
  readonly records: Map<string, WorkloadRecord>;
  /** Removed records with open requests, which still count if the workload comes back. */
  readonly retired: Map<string, WorkloadRecord>;
  readonly memory: MemoryKeeper;
}

/** Removes a record. Requests that are held for it are routed again. */
export function retire({ context, records, retired, memory }: RetireDeps, record: WorkloadRecord): void {
  if (record.ownLimits !== undefined) void unthrottle(context, record);
  memory.keep(record);
  records.delete(record.name);
  retired.set(record.name, record);
  record.job?.abort();
  record.targets.following?.abort();
  endRecall(context, record);
  clearTimer(record);
  closeGate(record);
  const waiters = [...record.waiters];
  for (const waiter of waiters) waiter.settle("failed");
  notify(record.watchers);
}

/** Returns the former record of a workload that is configured again, if a request or a start of it is still open. */
export function revive(
  { context, retired, memory }: RetireDeps,
  settings: WorkloadSettings,
  engine: Engine,
): WorkloadRecord | undefined {
  for (const record of retired.values()) {
    if (isOpen(record)) continue;
    memory.keep(record); // with the end of its last request as its last activity
    retired.delete(record.name);
  }
  const record = retired.get(settings.name);
  retired.delete(settings.name);
  if (record === undefined || record.engine !== engine) return undefined;
  resetState(record, context.clock.now());
  forgetObservation(record);
  forgetScheduleChange(record);
  return record;
}

function isOpen({ leases, startCall }: WorkloadRecord): boolean {
  return leases > 0 || startCall !== undefined;
}

import type { Gate } from "../../core/decision.ts";
import { noteArrival, noteUse } from "./activity.ts";
import { notify } from "./notify.ts";
import type { Clock } from "../ports.ts";
import type { LeaseKind } from "./parts/use.ts";
import type { WorkloadRecord } from "./record.ts";

/** Something open that keeps a workload awake. Closing it twice does nothing. */
export interface Lease {
  readonly record: WorkloadRecord;
  readonly kind: LeaseKind;
  /** It keeps the workload from being stopped under it, but does not count as use. */
  readonly quiet: boolean;
  /** The target that it is counted for. */
  readonly gate: Gate | undefined;
  open: boolean;
}

/** Opens a lease; only while the gate is open, and in the same turn in which that was seen. */
export function openLease(record: WorkloadRecord, kind: LeaseKind, nowMs: number, gate?: Gate): Lease {
  if (record.throttled) record.speedUp?.();
  noteArrival(record, nowMs);
  return count({ record, kind, quiet: false, gate, open: true });
}

/** The same, for a request that does not count as use. */
export function openQuietLease(record: WorkloadRecord, kind: LeaseKind, gate: Gate): Lease {
  return count({ record, kind, quiet: true, gate, open: true });
}

function count(lease: Lease): Lease {
  lease.record.leases += 1;
  lease.record.leasesByKind[lease.kind] += 1;
  if (lease.gate !== undefined) lease.gate.load.open += 1;
  return lease;
}

/** Ends it: the workload was in use until now. `rearm` is called when nothing else is open and its timer may be too late. */
export function closeLease(lease: Lease, clock: Clock, rearm: (record: WorkloadRecord) => void): void {
  if (!lease.open) return;
  lease.open = false;
  const { record } = lease;
  record.leases -= 1;
  record.leasesByKind[lease.kind] -= 1;
  if (lease.gate !== undefined) lease.gate.load.open -= 1;
  if (!lease.quiet) noteUse(record, clock.now());
  if (record.leases > 0) return;
  if (mayFireTooLate(record)) rearm(record);
  notify(record.signals);
}

/** Notes use without a lease: an auth request. Use only postpones deadlines, so no timer need be set. */
export function touch(record: WorkloadRecord, clock: Clock): void {
  noteUse(record, clock.now());
  if (record.throttled) record.speedUp?.();
}

/** A timer that was set while something was open knows the schedule only. */
function mayFireTooLate({ timer, schedule }: WorkloadRecord): boolean {
  return timer === undefined || schedule !== undefined;
}

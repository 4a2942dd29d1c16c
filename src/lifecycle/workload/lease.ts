import type { Gate } from "../../core/decision.ts";
import { noteArrival, noteUse } from "./activity.ts";
import { notify } from "./notify.ts";
import type { Clock } from "../ports.ts";
import type { LeaseKind } from "./parts/use.ts";
import type { WorkloadRecord } from "./record.ts";

/** An open request or tunnel, which keeps a workload awake. Closing it twice has no effect. */
export interface Lease {
  readonly record: WorkloadRecord;
  readonly kind: LeaseKind;
  /** It delays a stop until it is closed, but does not count as use. */
  readonly quiet: boolean;
  /** The target whose open requests include it. */
  readonly gate: Gate | undefined;
  open: boolean;
}

/** Opens a lease. Must be called in the same turn of the event loop in which the gate was found open. */
export function openLease(record: WorkloadRecord, kind: LeaseKind, nowMs: number, gate?: Gate): Lease {
  if (record.throttled) record.speedUp?.();
  noteArrival(record, nowMs);
  return count({ record, kind, quiet: false, gate, open: true });
}

/** Opens a lease for a request that does not count as use. */
export function openQuietLease(record: WorkloadRecord, kind: LeaseKind, gate: Gate): Lease {
  return count({ record, kind, quiet: true, gate, open: true });
}

function count(lease: Lease): Lease {
  lease.record.leases += 1;
  lease.record.leasesByKind[lease.kind] += 1;
  if (lease.gate !== undefined) lease.gate.load.open += 1;
  return lease;
}

/**
 * Closes a lease, which counts as use until now. Calls `rearm` if it was the last one and the timer may fire too late.
 */
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

/** Notes use without a lease, by an auth request. Use only postpones deadlines, so the timer need not be set. */
export function touch(record: WorkloadRecord, clock: Clock): void {
  noteUse(record, clock.now());
  if (record.throttled) record.speedUp?.();
}

/** Returns true if the timer was set while a lease was open, and so only for the schedule. */
function mayFireTooLate({ timer, schedule }: WorkloadRecord): boolean {
  return timer === undefined || schedule !== undefined;
}

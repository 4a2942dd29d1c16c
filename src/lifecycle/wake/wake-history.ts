import type { WorkloadRecord } from "../workload/record.ts";

// The only file that writes when a wake began and how many have failed.

/** Counts a failed wake; `wallMs` is its time, if that must survive a restart. */
export function noteFailure(record: WorkloadRecord, wallMs: number | undefined = record.failedAtMs): void {
  record.failures += 1;
  record.failedAtMs = wallMs;
}

/** Resets the count, because the app has answered or is another container now. */
export function forgetFailures(record: WorkloadRecord): void {
  record.failures = 0;
  record.failedAtMs = undefined;
}

/** Notes that a wake begins. */
export function noteWakeStart(record: WorkloadRecord, nowMs: number): void {
  record.wakeStartedMs = nowMs;
}

/** Excludes the wait for a truce from the duration of the wake. */
export function leaveOutWait(record: WorkloadRecord, waitedMs: number): void {
  record.wakeStartedMs += waitedMs;
}

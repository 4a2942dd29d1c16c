import type { WorkloadRecord } from "../workload/record.ts";

// The only file that writes since when a wake goes on, and how often one has failed.

/** Counts a wake that failed; `wallMs` is when, if that is to be remembered over a restart. */
export function noteFailure(record: WorkloadRecord, wallMs: number | undefined = record.failedAtMs): void {
  record.failures += 1;
  record.failedAtMs = wallMs;
}

/** It has answered, or they were another container's. */
export function forgetFailures(record: WorkloadRecord): void {
  record.failures = 0;
  record.failedAtMs = undefined;
}

/** A wake begins. */
export function noteWakeStart(record: WorkloadRecord, nowMs: number): void {
  record.wakeStartedMs = nowMs;
}

/** What a wake takes is counted without the wait for somebody else's update. */
export function leaveOutWait(record: WorkloadRecord, waitedMs: number): void {
  record.wakeStartedMs += waitedMs;
}

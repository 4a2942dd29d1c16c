import type { WorkloadRecord } from "./record.ts";

// The only file that writes whether the gateway started the current run and ended the last one.

/** Notes whether the gateway started the current run, and so may stop it when nothing needs it. */
export function noteWokenByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.wokenByUs = isOurs;
}

/** Notes whether the gateway ended the last run. */
export function noteStoppedByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.stoppedByUs = isOurs;
}

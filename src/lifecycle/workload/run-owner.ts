import type { WorkloadRecord } from "./record.ts";

// The only file that writes who started the run that goes on, and who ended the last one.

/** `true`: the run that goes on is ours, and may be put to sleep when nobody needs it. */
export function noteWokenByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.wokenByUs = isOurs;
}

/** `true`: it is asleep because we put it to sleep. */
export function noteStoppedByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.stoppedByUs = isOurs;
}

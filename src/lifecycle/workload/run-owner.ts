import type { WorkloadRecord } from "./record.ts";

// The only file that writes whether the gateway started the current run and ended the last one.

/** Notes whether the gateway started the current run, and so may stop it when nothing needs it. */
export function noteWokenByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.wokenByUs = isOurs;
}

/** Returns whether the gateway started the current run, also if the start is in progress or was not observed yet. */
export function isWokenByUs({ wokenByUs, startedAtSeq, startCall, observation }: WorkloadRecord): boolean {
  const isStarting = startCall !== undefined && observation?.status !== "running" && observation?.status !== "paused";
  return wokenByUs || startedAtSeq !== undefined || isStarting;
}

/** Notes whether the gateway ended the last run. */
export function noteStoppedByUs(record: WorkloadRecord, isOurs: boolean): void {
  record.stoppedByUs = isOurs;
}

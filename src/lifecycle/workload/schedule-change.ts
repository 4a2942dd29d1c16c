import type { Schedule } from "./schedule.ts";
import type { WorkloadRecord } from "./record.ts";

// The only file that writes the schedule's next change.

/** Returns the next start or stop (wall clock); one that a clock jump has skipped is not lost. */
export function scheduleChangeOf(
  { schedule, nextScheduleChange: kept }: Pick<WorkloadRecord, "schedule" | "nextScheduleChange">,
  wallMs: number,
): ReturnType<Schedule["next"]> {
  const next = schedule?.next(wallMs);
  return next !== undefined && (kept === undefined || next.atMs < kept.atMs) ? next : kept;
}

/** Keeps the next change until it is carried out. */
export function keepScheduleChange(record: WorkloadRecord, wallMs: number): void {
  record.nextScheduleChange = scheduleChangeOf(record, wallMs);
}

/** Forgets the next change, because it was carried out or belongs to a former schedule. */
export function forgetScheduleChange(record: WorkloadRecord): void {
  record.nextScheduleChange = undefined;
}

/** Postpones the stop of the schedule to this time. */
export function deferClosing(record: WorkloadRecord, wallMs: number): void {
  record.nextScheduleChange = { kind: "stop", atMs: wallMs };
}

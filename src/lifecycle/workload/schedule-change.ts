import type { Schedule } from "./schedule.ts";
import type { WorkloadRecord } from "./record.ts";

// The only file that writes the schedule's next change.

/** The next opening or closing (wall clock) that was not acted on: a clock that jumps over it must not lose it. */
export function scheduleChangeOf(
  { schedule, nextScheduleChange: kept }: Pick<WorkloadRecord, "schedule" | "nextScheduleChange">,
  wallMs: number,
): ReturnType<Schedule["next"]> {
  const next = schedule?.next(wallMs);
  return next !== undefined && (kept === undefined || next.atMs < kept.atMs) ? next : kept;
}

/** Keeps the next change until it is acted on. */
export function keepScheduleChange(record: WorkloadRecord, wallMs: number): void {
  record.nextScheduleChange = scheduleChangeOf(record, wallMs);
}

/** It was acted on, or belonged to another schedule. */
export function forgetScheduleChange(record: WorkloadRecord): void {
  record.nextScheduleChange = undefined;
}

/** Tries the closing again then. */
export function deferClosing(record: WorkloadRecord, wallMs: number): void {
  record.nextScheduleChange = { kind: "stop", atMs: wallMs };
}

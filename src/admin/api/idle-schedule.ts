import type { DeadlineKind } from "../../core/next-deadline.ts";
import { isWakingOrReady, type StopReason } from "../../core/workload-state.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { stopDeletes } from "../../lifecycle/stop/stop-deletes.ts";
import { deadlineOf } from "../../lifecycle/workload/timers.ts";

/** When a workload is stopped (wall clock) unless a request arrives, and why. */
export interface IdleSchedule {
  readonly atMs: number;
  readonly reason: Extract<StopReason, "idle" | "pause" | "unneeded" | "schedule">;
}

/** Returns the next idle stop; `undefined` if none is due. */
export function idleSchedule(context: LifecycleContext, record: WorkloadRecord): IdleSchedule | undefined {
  // Without earlier deadlines that leave it awake.
  const deadline = deadlineOf(context, {
    ...record,
    throttled: true,
    schedule: undefined,
    nextScheduleChange: undefined,
    suspendedUntilMs: 0,
  });
  if (deadline === undefined || !isSleep(deadline.kind)) return undefined;
  return { reason: deadline.kind, atMs: toWall(context, deadline.atMs) };
}

function isSleep(kind: DeadlineKind): kind is "idle" | "pause" | "unneeded" {
  return kind === "idle" || kind === "pause" || kind === "unneeded";
}

/** Returns the next stop, because it is idle or by its schedule. */
export function nextStopOf(context: LifecycleContext, record: WorkloadRecord): IdleSchedule | undefined {
  const idle = idleSchedule(context, record);
  const stopMs =
    isWakingOrReady(record.state) && !stopDeletes(record) ? nextStopMs(record, context.clock.wall()) : undefined;
  if (stopMs === undefined || (idle !== undefined && idle.atMs <= stopMs)) return idle;
  return { reason: "schedule", atMs: stopMs };
}

/** Returns the next stop of its schedule. */
export function nextStopMs({ schedule }: WorkloadRecord, wallMs: number): number | undefined {
  const next = schedule?.next(wallMs);
  if (next === undefined || next.kind === "stop") return next?.atMs;
  const after = schedule?.next(next.atMs);
  return after?.kind === "stop" ? after.atMs : undefined;
}

/** Converts a time of the life cycle's clock to the wall clock. */
export function toWall({ clock }: Pick<LifecycleContext, "clock">, ms: number): number {
  return ms - clock.now() + clock.wall();
}

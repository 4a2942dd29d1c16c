import { noteHiddenUse } from "../workload/activity.ts";
import { deferClosing, forgetScheduleChange } from "../workload/schedule-change.ts";
import { isAwake } from "../../core/workload-state.ts";
import { follow } from "../workload/follow.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { orderAfterRecall } from "./recall.ts";
import { stopDeletes } from "./stop-deletes.ts";
import { lendsNetwork } from "../workload/timers.ts";
import { EXEC_CHECK_MS, hasExec } from "./veto.ts";

/**
 * Carries out a start or stop of the schedule that is due. A clock that jumped may have skipped several, so the present
 * window counts. With only a start or only a stop there is no window, and what was due is carried out.
 */
export function applyScheduleChange(context: LifecycleContext, record: WorkloadRecord, due: "start" | "stop"): void {
  forgetScheduleChange(record);
  const { schedule, settings } = record;
  const hasWindow = settings.schedule?.start !== "" && settings.schedule?.stop !== "";
  const isOpen = hasWindow && schedule !== undefined ? schedule.isOpen(context.clock.wall()) : due === "start";
  follow(context, record);
  if (isOpen) context.wake(record, "schedule", true);
  else if (lendsNetwork(record)) deferClosing(record, context.clock.wall() + TRY_AGAIN_MS);
  else if (!stopDeletes(record)) void close(context, record);
}

/** Stops it for its schedule, after the commands that run in it have ended. */
async function close(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  if (isAwake(record.state) && (await hasExec(record))) {
    noteHiddenUse(record, "exec", context.clock.now());
    deferClosing(record, context.clock.wall() + EXEC_CHECK_MS);
    context.rearm(record);
  } else orderAfterRecall(context, record, () => context.dispatch(record, { type: "sleep", reason: "schedule" }));
}

/** By then the containers that use its network may have ended. */
const TRY_AGAIN_MS = 30_000;

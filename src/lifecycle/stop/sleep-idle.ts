import { forgetHiddenUse, noteHiddenUse, putOffUntil } from "../workload/activity.ts";
import type { StopReason } from "../../core/workload-state.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { idleAfterRecall } from "./recall.ts";
import { EXEC_CHECK_MS, hasExec } from "./veto.ts";

/**
 * Stops an idle workload. If a command in it vetoed the last stop, first polls until that command has ended: a failed
 * stop every few seconds would fill the log and the timeline.
 */
export async function sleepIdle(context: LifecycleContext, record: WorkloadRecord, reason: StopReason): Promise<void> {
  if (record.lastUse?.by !== "exec") {
    idleAfterRecall(context, record, () => context.dispatch(record, { type: "sleep", reason }));
    return;
  }
  const checkedMs = context.clock.now();
  putOffUntil(record, checkedMs + EXEC_CHECK_MS);
  if (await hasExec(record)) {
    noteHiddenUse(record, "exec", checkedMs);
    return;
  }
  forgetHiddenUse(record);
  context.rearm(record);
}

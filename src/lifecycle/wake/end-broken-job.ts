import { putOffUntil } from "../workload/activity.ts";
import { noteFailure } from "./wake-history.ts";
import { coolDownMs } from "../../core/cool-down.ts";
import { STILL_RUNNING } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { failureAt } from "./start.ts";

/** Reports an internal fault in a job, and ends the status that the job owned, which nothing else would end. */
export function endBrokenJob(context: LifecycleContext, record: WorkloadRecord, run: number, fault: unknown): void {
  const { state, name } = record;
  context.emit({ type: "fault", message: `a task of "${name}" (${state.status}) failed`, detail: String(fault) });
  if (!("run" in state) || state.run !== run) return;
  const now = context.clock.now();
  switch (state.status) {
    case "unready":
    case "failed":
      return; // the next request wakes it
    case "starting": {
      noteFailure(record);
      const failure = failureAt(context, "engine", { code: "internal" });
      const retryAtMs = now + coolDownMs(record.failures);
      const startPending = record.startCall !== undefined;
      context.dispatch(record, { type: "wake-failed", run, failure, retryAtMs, startPending });
      return;
    }
    case "draining":
      putOffUntil(record, now + PUT_OFF_MS);
      context.dispatch(record, { type: "vetoed", run });
      return;
    case "stopping":
      putOffUntil(record, now + PUT_OFF_MS);
      context.dispatch(record, { type: "stop-ended", run, observation: STILL_RUNNING });
  }
}

const PUT_OFF_MS = 30_000;

import { coolDownMs } from "../../core/cool-down.ts";
import { STILL_RUNNING } from "../../core/observation.ts";
import type { House } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { failureAt } from "./start.ts";

/** Reports a fault of ours in a job, and ends the status that the job owned as a failure: nothing else would ever end it. */
export function leaveBrokenJob(house: House, record: WorkloadRecord, run: number, fault: unknown): void {
  const { state, name } = record;
  house.emit({ type: "fault", message: `the ${state.status} job of "${name}" broke`, detail: String(fault) });
  if (!("run" in state) || state.run !== run) return;
  const now = house.clock.now();
  switch (state.status) {
    case "unready":
    case "failed":
      return; // the next request wakes it
    case "starting": {
      record.failures += 1;
      const failure = failureAt(house, "engine", "a fault in the gateway, which its log tells");
      const retryAtMs = now + coolDownMs(record.failures);
      const startPending = record.startCall !== undefined;
      house.dispatch(record, { type: "wake-failed", run, failure, retryAtMs, startPending });
      return;
    }
    case "draining":
      record.keepUntilMs = now + PUT_OFF_MS;
      house.dispatch(record, { type: "vetoed", run });
      return;
    case "stopping":
      record.keepUntilMs = now + PUT_OFF_MS;
      house.dispatch(record, { type: "stop-ended", run, observation: STILL_RUNNING });
  }
}

const PUT_OFF_MS = 30_000;

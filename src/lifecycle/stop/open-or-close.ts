import { isAwake } from "../../core/workload-state.ts";
import { follow } from "../workload/follow.ts";
import type { House } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { stopDeletes } from "./stop-deletes.ts";
import { lendsNetwork } from "../workload/timers.ts";
import { EXEC_CHECK_MS, hasExec } from "./veto.ts";

/**
 * Acts on an opening or closing of the schedule that was due. A clock that jumped may have gone over several: then the
 * window as it is now counts. With a start or a stop alone there is no window, and the one that was due is done.
 */
export function openOrClose(house: House, record: WorkloadRecord, due: "start" | "stop"): void {
  record.edge = undefined;
  const { schedule, settings } = record;
  const hasWindow = settings.schedule?.start !== "" && settings.schedule?.stop !== "";
  const isOpen = hasWindow && schedule !== undefined ? schedule.isOpen(house.clock.wall()) : due === "start";
  follow(house, record);
  if (isOpen) house.wake(record, "schedule", true);
  else if (lendsNetwork(record)) record.edge = { kind: "stop", atMs: house.clock.wall() + TRY_AGAIN_MS };
  else if (!stopDeletes(record)) void close(house, record);
}

/** A command that runs in it is let come to its end first. */
async function close(house: House, record: WorkloadRecord): Promise<void> {
  if (isAwake(record.state) && (await hasExec(record))) {
    record.lastUse = { by: "exec", atMs: house.clock.now() };
    record.edge = { kind: "stop", atMs: house.clock.wall() + EXEC_CHECK_MS };
    house.rearm(record);
  } else house.dispatch(record, { type: "sleep", reason: "schedule" });
}

/** Until then whatever uses its network may have ended. */
const TRY_AGAIN_MS = 30_000;

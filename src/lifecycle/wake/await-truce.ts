import type { House } from "../context.ts";
import { look } from "../reconcile/look.ts";
import { nudged } from "../reconcile/nudge.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/**
 * Waits as long as somebody else may be updating the workload. Resolves with `free` when it may be started, and with
 * `runs` when it runs already, which is nobody's to start.
 */
export async function awaitTruce(
  house: House,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<"free" | "runs"> {
  const calledMs = house.clock.now();
  let waited = false;
  let isUp = false;
  for (let truce = house.truces.of(record.name); truce !== undefined || waited; truce = house.truces.of(record.name)) {
    isUp = await runs(house, record);
    const now = house.truces.of(record.name);
    if (isUp || now === undefined || signal.aborted) break;
    if (now !== truce) continue; // it began while the engine was asked
    house.dispatch(record, { type: "progress", run, phase: "updating" });
    waited = true;
    await nudged(record, now.untilMs - house.clock.now(), signal, house.clock);
  }
  // What the wake takes is counted without the wait.
  if (waited) record.wakeStartedMs += house.clock.now() - calledMs;
  if (!isUp) house.dispatch(record, { type: "progress", run, phase: "starting" });
  return isUp ? "runs" : "free";
}

async function runs(house: House, record: WorkloadRecord): Promise<boolean> {
  const seen = await look(record);
  return (seen?.status === "running" || seen?.status === "restarting") && !isEnding(house, record);
}

/** Somebody else has ordered its end, and it has not come yet: nobody is sent there any more. */
export function isEnding({ clock }: House, { endingUntilMs }: WorkloadRecord): boolean {
  return clock.now() < endingUntilMs;
}

import type { House } from "./house.ts";
import { look } from "./look.ts";
import { nudged } from "./nudge.ts";
import type { WorkloadRecord } from "./record.ts";

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
  let waited = false;
  for (let truce = house.truces.of(record.name); truce !== undefined; truce = house.truces.of(record.name)) {
    if (await runs(house, record)) return "runs";
    if (signal.aborted) break;
    if (house.truces.of(record.name) !== truce) continue;
    house.dispatch(record, { type: "progress", run, phase: "updating" });
    waited = true;
    await nudged(record, truce.untilMs - house.clock.now(), signal, house.clock);
    if (signal.aborted) break;
  }
  // What the wake takes is counted from here on.
  if (waited) record.wakeStartedMs = house.clock.now();
  house.dispatch(record, { type: "progress", run, phase: "starting" });
  return waited && (await runs(house, record)) ? "runs" : "free";
}

async function runs(house: House, record: WorkloadRecord): Promise<boolean> {
  const seen = await look(record);
  return (seen?.status === "running" || seen?.status === "restarting") && !isEnding(house, record);
}

/** Somebody else has ordered its end, and it has not come yet: nobody is sent there any more. */
export function isEnding({ clock }: House, { endingUntilMs }: WorkloadRecord): boolean {
  return clock.now() < endingUntilMs;
}

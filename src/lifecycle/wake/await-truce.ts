import { leaveOutWait } from "./wake-history.ts";
import type { LifecycleContext } from "../context.ts";
import { observe } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/**
 * Waits as long as the workload may be being updated by another tool. Resolves with `free` when it may be started, and
 * with `runs` when it already runs. A workload last seen running is observed first: while Docker handles the end of a
 * container it answers no request about it, and a start sent then would follow that end although a truce has begun.
 */
export async function awaitTruce(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<"free" | "runs"> {
  const calledMs = context.clock.now();
  let waited = false;
  let isUp = false;
  // Not to spare its start, which also finds that the network it uses is gone.
  if (record.observation?.status === "running") await observe(record);
  for (
    let truce = context.truces.of(record.name);
    truce !== undefined || waited;
    truce = context.truces.of(record.name)
  ) {
    isUp = await runs(context, record);
    const now = context.truces.of(record.name);
    if (isUp || now === undefined || signal.aborted) break;
    if (now !== truce) continue; // it began while the engine was asked
    context.dispatch(record, { type: "progress", run, phase: "updating" });
    waited = true;
    await waitForSignal(record, now.untilMs - context.clock.now(), signal, context.clock);
  }
  if (waited) leaveOutWait(record, context.clock.now() - calledMs);
  if (!isUp) context.dispatch(record, { type: "progress", run, phase: "starting" });
  return isUp ? "runs" : "free";
}

async function runs(context: LifecycleContext, record: WorkloadRecord): Promise<boolean> {
  const seen = await observe(record);
  return (seen?.status === "running" || seen?.status === "restarting") && !isEnding(context, record);
}

/** Its end was ordered from outside and is not complete: no request is sent there any more. */
export function isEnding({ clock }: LifecycleContext, { endingUntilMs }: WorkloadRecord): boolean {
  return clock.now() < endingUntilMs;
}

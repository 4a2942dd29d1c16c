import { leaveOutWait } from "./wake-history.ts";
import type { LifecycleContext } from "../context.ts";
import { observe } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/**
 * Waits while another tool may be updating the workload. Resolves with `free` when it may be started, with `runs` when
 * it already runs. A workload last seen running is observed first: Docker delays requests for a container that is
 * ending, so a start sent now would run after that end, although the end has begun a truce.
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
  // The start is sent even if it still runs, because only a start detects that the network it uses is gone.
  if (record.observation?.status === "running") await observe(record);
  for (
    let truce = context.truces.of(record.name);
    truce !== undefined || waited;
    truce = context.truces.of(record.name)
  ) {
    isUp = await runs(context, record);
    const now = context.truces.of(record.name);
    if (isUp || now === undefined || signal.aborted) break;
    if (now !== truce) continue; // it changed during the observation
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

/** Returns true while a stop by somebody else is in progress, during which it gets no requests. */
export function isEnding({ clock }: LifecycleContext, { endingUntilMs }: WorkloadRecord): boolean {
  return clock.now() < endingUntilMs;
}

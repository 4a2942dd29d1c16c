import { answering } from "./answering.ts";
import type { LifecycleContext } from "../context.ts";
import { observe } from "../reconcile/observe.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/**
 * Restarts a workload that uses the network of another one if that was started later: a restart creates a new network,
 * from which the workload is cut off (gluetun#641). Afterwards the workload is the younger of the two, so this happens
 * only once.
 */
export async function rejoinNetwork(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<void> {
  if (record.networkOwner === undefined) return;
  const seen = await observe(record);
  const { startedAtMs } = seen ?? {};
  const ownerMs = seen?.networkOwner?.startedAtMs;
  if (seen?.status !== "running" || startedAtMs === undefined || ownerMs === undefined || startedAtMs >= ownerMs)
    return;
  if ((await answering(context, record, seen, signal)) !== undefined || signal.aborted) return;
  const { stopTimeoutMs, stopSignal } = record.settings;
  try {
    await record.engine.restart(refOf(record), { method: "stop", timeoutMs: stopTimeoutMs, signal: stopSignal });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error; // the start that follows fails for the same reason and reports it
  }
}

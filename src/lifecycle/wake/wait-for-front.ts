import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/**
 * Waits while an app that answers is not reached yet by a front that finds its address by itself, or until something changes:
 * what we let pass now would get that front's own 502, 503 or 404. Returns what it had to wait for; empty: nothing.
 */
export async function waitForFront(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<string> {
  const { engine, foundByFront } = record;
  if (!foundByFront || signal.aborted) return "";
  // An engine that is away publishes nothing either: its apps are served by what the front knows.
  const delay = await engine.frontDelay?.(refOf(record), context.fronts.applyMs()).catch(() => undefined);
  if (delay === undefined || delay.ms <= 0) return "";
  if (!delay.isFixed) record.newAddressMs = context.clock.now() + delay.ms;
  await waitForSignal(record, delay.ms, signal, context.clock);
  return "the front proxy does not know its new address yet";
}

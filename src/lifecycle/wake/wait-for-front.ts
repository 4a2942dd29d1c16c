import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/**
 * Waits, until something changes at most, for a front that looks up addresses by itself and cannot reach a ready app
 * yet: it would answer a permitted request with its own 502, 503 or 404. Returns what it waited for; empty: nothing.
 */
export async function waitForFront(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<string> {
  const { engine, foundByFront } = record;
  if (!foundByFront || signal.aborted) return "";
  // An unreachable engine publishes no changes either, so the front's addresses are still right.
  const delay = await engine.frontDelay?.(refOf(record), context.fronts.applyMs()).catch(() => undefined);
  if (delay === undefined || delay.ms <= 0) return "";
  if (!delay.isFixed) record.newAddressMs = context.clock.now() + delay.ms;
  await waitForSignal(record, delay.ms, signal, context.clock);
  return "the front proxy does not know its new address yet";
}

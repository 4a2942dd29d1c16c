import type { Clock } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Waits until `record` may have changed (a lease, an event of the engine, its state), for at most `ms`. */
export async function waitForSignal(
  record: WorkloadRecord,
  ms: number,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  if (signal.aborted) return;
  const over = new AbortController();
  const end = (): void => over.abort();
  record.signals.add(end);
  record.watchers.add(end);
  signal.addEventListener("abort", end, { once: true, signal: over.signal });
  await clock.sleep(ms, over.signal);
  record.signals.delete(end);
  record.watchers.delete(end);
  over.abort();
}

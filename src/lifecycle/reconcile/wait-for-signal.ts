import type { Clock } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Waits until something about `record` may have changed (a lease closed, the engine reported a change, a state moved), `ms` at most. */
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

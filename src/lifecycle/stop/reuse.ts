import type { LifecycleContext } from "../context.ts";
import type { Clock } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/**
 * nginx counts whole seconds: a response of 10.0 s with `max-age=1` is reused until 12.0 s. A request that was
 * permitted at the end then needs a moment to show in the counters.
 */
const WHOLE_SECOND_MS = 1_000;
const ON_ITS_WAY_MS = 250;

/** Notes that a front may reuse our answer for this many seconds. */
export function noteReuse(record: WorkloadRecord, seconds: number, clock: Clock): void {
  record.reusableUntilMs = clock.now() + seconds * 1_000 + WHOLE_SECOND_MS + ON_ITS_WAY_MS;
}

/** Resolves when no front can reuse an answer from before the gate was closed. */
export async function untilNotReusable(
  { clock }: LifecycleContext,
  { reusableUntilMs }: WorkloadRecord,
  signal: AbortSignal,
): Promise<void> {
  const ms = reusableUntilMs - clock.now();
  if (ms > 0 && !signal.aborted) await clock.sleep(ms, signal);
}

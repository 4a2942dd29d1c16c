import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { isUnread, noteSilence } from "./sample.ts";
import { samplingOf } from "./sampling.ts";

/** How long a stop waits for counters if the engine answers everything else. */
const LIMIT_MS = 10 * 60_000;

/**
 * Returns true while a stop must wait for a reading, because the last one did not reach the engine. If the engine
 * answers everything else, this ends: the counters of a container whose shim hangs never come back.
 */
export function awaitsReading(
  { clock }: Pick<LifecycleContext, "clock">,
  record: WorkloadRecord,
  isAnswering: boolean,
): boolean {
  if (!isUnread(record)) return false;
  const silentSinceMs = isAnswering ? (samplingOf(record)?.silentSinceMs ?? clock.now()) : undefined;
  noteSilence(record, silentSinceMs);
  return silentSinceMs === undefined || clock.now() - silentSinceMs < LIMIT_MS;
}

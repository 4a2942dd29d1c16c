import type { WorkloadRecord } from "../workload/record.ts";
import type { Sampling } from "./in-use.ts";

/** Returns the readings of the current run. */
export function samplingOf({ sampling, awakeSinceMs, observation }: WorkloadRecord): Sampling | undefined {
  if (sampling === undefined || sampling.begunMs < awakeSinceMs) return undefined;
  // After a restart the counters begin again.
  return sampling.startedAtMs === observation?.startedAtMs ? sampling : undefined;
}

/** Returns the memory in bytes that this run used at the last reading. */
export function sampledMemory(record: WorkloadRecord): number | undefined {
  return samplingOf(record)?.memoryBytes;
}

/** The readings of a run without any. */
export const NOTHING_READ: Omit<Sampling, "startedAtMs"> = {
  begunMs: 0,
  judgedMs: 0,
  quietSinceMs: 0,
  carriedMs: 0,
  baseline: undefined,
  memoryBytes: undefined,
  lapsed: false,
  running: undefined,
};

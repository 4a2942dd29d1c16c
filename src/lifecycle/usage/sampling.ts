import type { WorkloadRecord } from "../workload/record.ts";
import type { Sampling } from "./in-use.ts";

/** Returns the readings of the current run. */
export function samplingOf({ sampling, awakeSinceMs }: WorkloadRecord): Sampling | undefined {
  return sampling !== undefined && sampling.begunMs >= awakeSinceMs ? sampling : undefined;
}

/** Returns the memory in bytes that this run used at the last reading. */
export function sampledMemory(record: WorkloadRecord): number | undefined {
  return samplingOf(record)?.memoryBytes;
}

/** The readings of a run without any. */
export const NOTHING_READ: Sampling = {
  begunMs: 0,
  judgedMs: 0,
  quietSinceMs: 0,
  carriedMs: 0,
  baseline: undefined,
  memoryBytes: undefined,
  lapsed: false,
  running: undefined,
};

import type { FailureReason } from "../core/failure.ts";
import { createDurationHistogram, type DurationHistogram } from "./duration-histogram.ts";

/** The counters of a workload, as plain numbers. */
export interface WorkloadTally {
  /** Responses by status; index 0 is 100. */
  readonly statuses: Float64Array;
  readonly requestSeconds: DurationHistogram;
  readonly startSeconds: DurationHistogram;
  startsGood: number;
  /** Failed wakes by reason. */
  readonly failures: Map<FailureReason, number>;
  idleStops: number;
  readonly vetoes: Map<string, number>;
}

const LOWEST_STATUS = 100;
const HIGHEST_STATUS = 599;

/** prom-client's default buckets, which the original used. */
const REQUEST_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const START_BOUNDS = [0.5, 1, 2.5, 5, 10, 15, 30, 60, 120];

/** Creates counters at 0. */
export function createWorkloadTally(): WorkloadTally {
  return {
    statuses: new Float64Array(HIGHEST_STATUS - LOWEST_STATUS + 1),
    requestSeconds: createDurationHistogram(REQUEST_BOUNDS),
    startSeconds: createDurationHistogram(START_BOUNDS),
    startsGood: 0,
    failures: new Map(),
    idleStops: 0,
    vetoes: new Map(),
  };
}

/** Counts a response; ignores a status outside of 100 to 599. */
export function countStatus({ statuses }: WorkloadTally, status: number): void {
  const index = status - LOWEST_STATUS;
  const count = statuses[index];
  if (count !== undefined) statuses[index] = count + 1;
}

/** Returns the statuses that occurred, with their counts. */
export function seenStatuses({ statuses }: WorkloadTally): readonly (readonly [status: number, count: number])[] {
  const seen: [number, number][] = [];
  for (let index = 0; index < statuses.length; index += 1) {
    const count = statuses[index] ?? 0;
    if (count > 0) seen.push([index + LOWEST_STATUS, count]);
  }
  return seen;
}

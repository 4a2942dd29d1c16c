/** A histogram of durations as plain numbers, which is cheap enough for every request. */
export interface DurationHistogram {
  /** The upper bounds of the buckets in seconds, ascending. */
  readonly bounds: readonly number[];
  /** The count of each bucket (not cumulative); the last one is beyond all bounds. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

/** Creates an empty histogram. */
export function createDurationHistogram(bounds: readonly number[]): DurationHistogram {
  return { bounds, counts: new Float64Array(bounds.length + 1), sumSeconds: 0 };
}

/** Adds an observation without allocating memory. */
export function observeDuration(histogram: DurationHistogram, seconds: number): void {
  const { bounds, counts } = histogram;
  let bucket = 0;
  while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  histogram.sumSeconds += seconds;
}

/** Observations of durations as plain numbers: cheap enough for every request. */
export interface DurationHistogram {
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[];
  /** How many fell into each bucket (not cumulated); the last one is beyond all bounds. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

export function createDurationHistogram(bounds: readonly number[]): DurationHistogram {
  return { bounds, counts: new Float64Array(bounds.length + 1), sumSeconds: 0 };
}

/** Adds one observation; allocates nothing. */
export function observeDuration(histogram: DurationHistogram, seconds: number): void {
  const { bounds, counts } = histogram;
  let bucket = 0;
  while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  histogram.sumSeconds += seconds;
}

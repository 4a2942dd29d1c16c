const REMEMBERED = 20;

/**
 * Returns the expected total duration of a wake in milliseconds: the median of the recent ones; `undefined` before the
 * first.
 */
export function expectedWakeMs(wakesMs: readonly number[]): number | undefined {
  if (wakesMs.length === 0) return undefined;
  const sorted = [...wakesMs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.round((upper + (sorted[middle - 1] ?? upper)) / 2);
}

/** Adds one wake to the history and limits its length. */
export function rememberWake(wakesMs: readonly number[], durationMs: number): readonly number[] {
  return [...wakesMs.slice(1 - REMEMBERED), Math.round(durationMs)];
}

const REMEMBERED = 20;

/** Returns the expected duration of a whole wake: the median of recent wakes; `undefined` before the first. */
export function expectedWakeMs(wakesMs: readonly number[]): number | undefined {
  if (wakesMs.length === 0) return undefined;
  const sorted = [...wakesMs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.round((upper + (sorted[middle - 1] ?? upper)) / 2);
}

/** Adds a wake to the history, which keeps the last 20. */
export function rememberWake(wakesMs: readonly number[], durationMs: number): readonly number[] {
  return [...wakesMs.slice(1 - REMEMBERED), Math.round(durationMs)];
}

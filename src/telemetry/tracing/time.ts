/**
 * Larger differences mean that the wall clock was set or the machine was suspended; smaller ones result from reading
 * two clocks.
 */
const APART_MS = 50;

/** Seconds and nanoseconds since the epoch; the SDK may take a plain number for the time since the process started. */
export type SpanTime = [seconds: number, nanoseconds: number];

/**
 * Creates a clock for spans, in milliseconds since the epoch: as steady as the monotonic clock, but close to the wall
 * clock, with which a collector aligns the spans of several machines.
 */
export function createSpanClock(now: () => number, wall: () => number): () => number {
  let ahead = wall() - now();
  return () => {
    const monotonic = now();
    const apart = wall() - monotonic;
    if (Math.abs(apart - ahead) > APART_MS) ahead = apart;
    return monotonic + ahead;
  };
}

/** Converts milliseconds since the epoch. */
export function spanTime(ms: number): SpanTime {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.min(Math.round((ms - seconds * 1_000) * 1e6), 999_999_999)];
}

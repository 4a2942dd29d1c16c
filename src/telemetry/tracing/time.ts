/**
 * Larger differences mean that a clock was set or the machine was suspended; smaller ones are the cost of reading two
 * clocks.
 */
const APART_MS = 50;

/** Seconds and nanoseconds since the epoch: a plain number could be taken for one since the start of the process. */
export type SpanTime = [seconds: number, nanoseconds: number];

/**
 * A clock for spans, in milliseconds since the epoch: as even as the monotonic one, but close to the wall clock, by
 * which a collector aligns the spans of many machines.
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

export function spanTime(ms: number): SpanTime {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.min(Math.round((ms - seconds * 1_000) * 1e6), 999_999_999)];
}

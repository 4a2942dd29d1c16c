/** Further apart than this they were set, or the machine was suspended; less is what reading two clocks costs. */
const APART_MS = 50;

/** Seconds and nanoseconds since the epoch: a plain number could be taken for one since the process began. */
export type SpanTime = [seconds: number, nanoseconds: number];

/**
 * A clock for spans, in milliseconds since the epoch: as even as the monotonic one, but never away from the wall clock,
 * by which a collector puts the spans of many machines side by side.
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

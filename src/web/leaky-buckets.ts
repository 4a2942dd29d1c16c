import type { Clock } from "../lifecycle/ports.ts";

/** Counters by key, which decrease at a steady rate. */
export interface LeakyBuckets {
  /** Adds one unless that exceeds the capacity. Returns the count, and the time until the next one fits. */
  add(key: string): Fill;
  /** Returns the same without adding. */
  look(key: string): Fill;
  readonly size: () => number;
}

/** The state of a bucket. */
export interface Fill {
  /** The count, rounded up; above the capacity if nothing was added. */
  readonly count: number;
  /** The time until the next one fits; 0: now. */
  readonly waitMs: number;
}

/** The options of leaky buckets. */
export interface LeakyBucketsOptions {
  readonly clock: Clock;
  readonly capacity: number;
  /** The time in which a bucket loses one. */
  readonly leakMs: number;
  /** Beyond this number the least recently used key is dropped, to limit memory. */
  readonly maxKeys?: number;
}

const MAX_KEYS = 20_000;

/** Creates leaky buckets. */
export function createLeakyBuckets({ clock, capacity, leakMs, maxKeys = MAX_KEYS }: LeakyBucketsOptions): LeakyBuckets {
  /** When each bucket will be empty, least recently used first. */
  const emptyAt = new Map<string, number>();

  function fillOf(key: string): number {
    return Math.max(0, ((emptyAt.get(key) ?? 0) - clock.now()) / leakMs);
  }

  return {
    add(key) {
      const before = fillOf(key);
      const fits = before <= capacity - 1 + ROUNDING;
      const fill = fits ? before + 1 : before;
      emptyAt.delete(key);
      emptyAt.set(key, clock.now() + fill * leakMs);
      if (emptyAt.size > maxKeys) emptyAt.delete(emptyAt.keys().next().value ?? "");
      return { count: fits ? Math.ceil(fill - ROUNDING) : capacity + 1, waitMs: waitMs(fill) };
    },
    look(key) {
      const fill = fillOf(key);
      return { count: Math.ceil(fill - ROUNDING), waitMs: waitMs(fill) };
    },
    size: () => emptyAt.size,
  };

  function waitMs(fill: number): number {
    return Math.max(0, Math.ceil((fill - (capacity - 1)) * leakMs - ROUNDING));
  }
}

/** The tolerance of a count, because times near 10^12 ms have a precision of only a fraction of a microsecond. */
const ROUNDING = 1e-6;

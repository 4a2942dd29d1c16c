import type { Clock } from "../lifecycle/ports.ts";

/** Counts per key; the count of a key decreases at a steady rate. */
export interface LeakyBuckets {
  /** Adds one unless that exceeds the capacity. Returns the count, and after how many milliseconds one fits again. */
  add(key: string): Fill;
  /** The same without adding. */
  look(key: string): Fill;
  readonly size: () => number;
}

export interface Fill {
  /** Rounded up; above the capacity when nothing more fitted. */
  readonly count: number;
  /** 0: now. */
  readonly waitMs: number;
}

export interface LeakyBucketsOptions {
  readonly clock: Clock;
  readonly capacity: number;
  /** The time in which a bucket loses one. */
  readonly leakMs: number;
  /** Beyond that the key that was unused for longest is dropped, which bounds the memory. */
  readonly maxKeys?: number;
}

const MAX_KEYS = 20_000;

export function createLeakyBuckets({ clock, capacity, leakMs, maxKeys = MAX_KEYS }: LeakyBucketsOptions): LeakyBuckets {
  /** When each bucket will be empty, in the order of their last use. */
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

/** Of a count: times near 10^12 ms leave a double no more precision than a fraction of a microsecond. */
const ROUNDING = 1e-6;

import { ipKeyGenerator } from "express-rate-limit";
import type { Clock } from "../lifecycle/ports.ts";
import { createLeakyBuckets, type LeakyBuckets } from "./leaky-buckets.ts";

/** What a loading page may ask how often; each has a budget of its own per address and container. */
export type PollKind = "health" | "health-wait" | "logs";

/** The budgets, which the direct endpoints and the auth requests of front proxies draw on alike. */
export interface PollBudgets {
  readonly buckets: Readonly<Record<PollKind, LeakyBuckets>>;
  /** Takes one: `undefined`, or after how many milliseconds to ask again. */
  readonly take: (kind: PollKind, address: string, route: string) => number | undefined;
}

export const LEAK_MS = 1_000;

/** So many at once; one a second in the long run. A wake has so many changes of phase, each of which ends a long poll, in three tabs. */
export const BURSTS: Readonly<Record<PollKind, number>> = Object.freeze({ health: 1, "health-wait": 12, logs: 1 });

export function createPollBudgets(clock: Clock): PollBudgets {
  const bucketsOf = (kind: PollKind): LeakyBuckets =>
    createLeakyBuckets({ clock, capacity: BURSTS[kind], leakMs: LEAK_MS });
  const buckets = { health: bucketsOf("health"), "health-wait": bucketsOf("health-wait"), logs: bucketsOf("logs") };
  return {
    buckets,
    take(kind, address, route) {
      const { count, waitMs } = buckets[kind].add(pollKey(address, route));
      return count > BURSTS[kind] ? waitMs : undefined;
    },
  };
}

/** Of an IPv6 address the network of 64 bits, since a client has all of it. */
export function pollKey(address: string, route: string): string {
  return `${ipKeyGenerator(address, 64)} ${route}`;
}

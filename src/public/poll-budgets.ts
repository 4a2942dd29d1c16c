import type { Clock } from "../lifecycle/ports.ts";
import { addressKey } from "../web/client-address.ts";
import { createLeakyBuckets, type Fill, type LeakyBuckets } from "../web/leaky-buckets.ts";

/** What a loading page polls; each kind has its own budget per address and route. */
export type PollKind = "health" | "health-wait" | "logs";

/** One budget for a poll, whichever handler receives it. */
export interface PollBudgets {
  /** Takes one; the count exceeds the kind's burst when it may not pass. */
  readonly take: (kind: PollKind, address: string, route: string) => Fill;
  /** The same without taking one. */
  readonly look: (kind: PollKind, address: string, route: string) => Fill;
}

export const POLL_LEAK_MS = 1_000;

/**
 * The burst; in the long run one a second. A wake has that many phase changes, each of which ends a long poll, in three
 * tabs.
 */
export const POLL_BURST: Readonly<Record<PollKind, number>> = Object.freeze({ health: 1, "health-wait": 12, logs: 1 });

export function createPollBudgets(clock: Clock): PollBudgets {
  const bucketsOf = (kind: PollKind): LeakyBuckets =>
    createLeakyBuckets({ clock, capacity: POLL_BURST[kind], leakMs: POLL_LEAK_MS });
  const buckets: Readonly<Record<PollKind, LeakyBuckets>> = {
    health: bucketsOf("health"),
    "health-wait": bucketsOf("health-wait"),
    logs: bucketsOf("logs"),
  };
  return {
    take: (kind, address, route) => buckets[kind].add(`${addressKey(address)} ${route}`),
    look: (kind, address, route) => buckets[kind].look(`${addressKey(address)} ${route}`),
  };
}

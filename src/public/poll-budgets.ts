import type { Clock } from "../lifecycle/ports.ts";
import { addressKey } from "../web/client-address.ts";
import { createLeakyBuckets, type Fill, type LeakyBuckets } from "../web/leaky-buckets.ts";

/** The kinds of polls of a loading page; each has its own budget per address and route. */
export type PollKind = "health" | "health-wait" | "logs";

/** The budgets of polls, shared by both handlers. */
export interface PollBudgets {
  /** Counts a poll; if the count exceeds the kind's burst, the poll must be refused. */
  readonly take: (kind: PollKind, address: string, route: string) => Fill;
  /** Returns the same without counting. */
  readonly look: (kind: PollKind, address: string, route: string) => Fill;
}

/** The time after which one poll fits again. */
export const POLL_LEAK_MS = 1_000;

/**
 * The burst of each kind; the long-term rate is one a second. For `health-wait` it is the number of phase changes of a
 * wake, each of which ends a long poll, in three tabs.
 */
export const POLL_BURST: Readonly<Record<PollKind, number>> = Object.freeze({ health: 1, "health-wait": 12, logs: 1 });

/** Creates the budgets. */
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

import type { Request } from "express";
import { rateLimit, type RateLimitRequestHandler, type Store } from "express-rate-limit";
import type { Fill } from "../web/leaky-buckets.ts";
import { POLL_BURST, POLL_LEAK_MS, type PollBudgets, type PollKind } from "./poll-budgets.ts";
import type { Sender } from "../web/sender.ts";

interface PollLimitDeps {
  readonly budgets: PollBudgets;
  readonly sender: Sender;
  /** Returns the client's address and the route. */
  readonly pollerOf: (req: Request) => { readonly address: string; readonly route: string };
}

/** Creates the limit of one kind of poll: 429 with `Retry-After` and the `RateLimit` fields of draft 8. */
export function createPollLimit({ budgets, sender, pollerOf }: PollLimitDeps, kind: PollKind): RateLimitRequestHandler {
  const store: Store = {
    increment: (key) => info(budgets.take(kind, ...split(key))),
    decrement: () => undefined,
    resetKey: () => undefined,
    localKeys: true,
  };
  return rateLimit({
    store,
    windowMs: POLL_BURST[kind] * POLL_LEAK_MS,
    limit: POLL_BURST[kind],
    identifier: kind,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    validate: false, // its checks expect express to read X-Forwarded-For; here `pollerOf` does
    keyGenerator(req) {
      const { address, route } = pollerOf(req);
      return `${address} ${route}`;
    },
    handler(req, res) {
      const { address, route } = pollerOf(req);
      sender.plainProblem(req, res, "rate-limited", { retryMs: budgets.look(kind, address, route).waitMs });
    },
  });
}

function split(key: string): [address: string, route: string] {
  const space = key.indexOf(" ");
  return [key.slice(0, space), key.slice(space + 1)];
}

/** Converts a fill for the library, which needs the system clock, but only for its header. */
function info({ count, waitMs }: Fill): { totalHits: number; resetTime: Date } {
  return { totalHits: count, resetTime: new Date(Date.now() + waitMs) };
}

import { ipKeyGenerator, rateLimit, type RateLimitRequestHandler, type Store } from "express-rate-limit";
import type { Request } from "express";
import type { Clock } from "../lifecycle/ports.ts";
import { createLeakyBuckets, type Fill } from "./leaky-buckets.ts";
import type { Sender } from "./sender.ts";

/** One request a second, and as many at once as `burst`. */
export interface PollLimitOptions {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly name: string;
  readonly burst: number;
  readonly keyOf: (req: Request) => string;
}

const LEAK_MS = 1_000;

/** The limit of one polled endpoint: 429 with `Retry-After` and the `RateLimit` fields of draft 8 beyond it. */
export function createPollLimit({ clock, sender, name, burst, keyOf }: PollLimitOptions): RateLimitRequestHandler {
  const buckets = createLeakyBuckets({ clock, capacity: burst, leakMs: LEAK_MS });
  const store: Store = {
    increment: (key) => info(buckets.add(key)),
    get: (key) => info(buckets.look(key)),
    decrement: () => undefined,
    resetKey: () => undefined,
    localKeys: true,
  };
  return rateLimit({
    store,
    windowMs: burst * LEAK_MS,
    limit: burst,
    identifier: name,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    validate: false, // it judges an express that reads X-Forwarded-For itself; `keyOf` does
    keyGenerator: keyOf,
    handler: (req, res) => sender.plainProblem(req, res, "rate-limited", { retryMs: buckets.look(keyOf(req)).waitMs }),
  });
}

/** An address as a key: of IPv6 the network of 64 bits, since a client has all of it. */
export function addressKey(address: string): string {
  return ipKeyGenerator(address, 64);
}

/** The library measures by the system's clock, and only to write the header. */
function info({ count, waitMs }: Fill): { totalHits: number; resetTime: Date } {
  return { totalHits: count, resetTime: new Date(Date.now() + waitMs) };
}

import { setImmediate as turn } from "node:timers/promises";
import type { Notification } from "../core/notification.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { Outcome } from "./post.ts";

/** The messages to be sent to one webhook, in order. */
export interface DeliveryQueue {
  push(notification: Notification): void;
  /** Resolves when every pushed message was sent or dropped. */
  readonly settled: () => Promise<void>;
  readonly isIdle: () => boolean;
}

/** What a queue needs. */
export interface DeliveryQueueDeps {
  readonly clock: Clock;
  /** Makes one attempt; never rejects. */
  readonly send: (notification: Notification, deliveryId: string) => Promise<Outcome>;
  /** Called when messages begin to get lost, and again only after one was delivered. */
  readonly reportLoss: (why: string) => void;
  /** Aborts when the gateway shuts down; each message then gets one more attempt without a delay. */
  readonly closing: AbortSignal;
}

/** The limit of waiting messages, beyond which the oldest are dropped. */
export const MOST_WAITING = 100;
/** The limit of attempts, with delays of 1, 4, 16, 64 and 256 s unless the receiver sets others. */
export const MOST_TRIES = 6;
const SHORTEST_WAIT_MS = 1_000;
/** The limit for delays that a receiver sets. */
const LONGEST_WAIT_MS = 600_000;

/** Creates a queue. */
export function createDeliveryQueue({ clock, send, reportLoss, closing }: DeliveryQueueDeps): DeliveryQueue {
  const waiting: Notification[] = [];
  let worker: Promise<void> | undefined;
  let isLossReported = false;

  async function work(): Promise<void> {
    await turn(); // so that it does not delay the request that caused the message
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next);
    worker = undefined;
  }

  async function deliver(notification: Notification): Promise<void> {
    const deliveryId = crypto.randomUUID();
    for (let tries = 1; ; tries += 1) {
      const wasClosing = closing.aborted;
      const outcome = await send(notification, deliveryId);
      if (outcome.kind === "sent") {
        isLossReported = false;
        return;
      }
      if (outcome.kind === "refused" || tries >= MOST_TRIES || wasClosing) return lose(outcome.why);
      await clock.sleep(waitMs(outcome.afterMs, tries), closing);
    }
  }

  function lose(why: string): void {
    if (!isLossReported) reportLoss(why);
    isLossReported = true;
  }

  return {
    push(notification) {
      waiting.push(notification);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        lose(`more than ${MOST_WAITING} messages wait for it: the oldest are dropped`);
      }
      worker ??= work();
    },
    settled: () => worker ?? Promise.resolve(),
    isIdle: () => worker === undefined,
  };
}

function waitMs(afterMs: number | undefined, tries: number): number {
  const ms = afterMs ?? SHORTEST_WAIT_MS * 4 ** (tries - 1);
  return Math.min(Math.max(ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

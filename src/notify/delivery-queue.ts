import { setImmediate as turn } from "node:timers/promises";
import type { Notification } from "../core/notification.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { Outcome } from "./post.ts";

/** The messages still to be sent to one webhook, one after the other. */
export interface DeliveryQueue {
  push(notification: Notification): void;
  /** Resolves when every pushed message was sent or given up. */
  readonly settled: () => Promise<void>;
  readonly isIdle: () => boolean;
}

export interface DeliveryQueueDeps {
  readonly clock: Clock;
  /** One attempt; never rejects. */
  readonly send: (notification: Notification, deliveryId: string) => Promise<Outcome>;
  /** Called once when messages begin to get lost, and again only after one was delivered. */
  readonly complain: (why: string) => void;
  /** Aborts when the gateway shuts down: from then on each message gets one more attempt, without any wait. */
  readonly closing: AbortSignal;
}

/** Older messages are dropped for newer ones beyond this, so that a receiver that is down costs no memory. */
export const MOST_WAITING = 100;
/** Delays of 1, 4, 16, 64 and 256 s between attempts, unless the receiver sets its own. */
export const MOST_TRIES = 6;
const SHORTEST_WAIT_MS = 1_000;
/** The longest delay that a receiver may set. */
const LONGEST_WAIT_MS = 600_000;

export function createDeliveryQueue({ clock, send, complain, closing }: DeliveryQueueDeps): DeliveryQueue {
  const waiting: Notification[] = [];
  let worker: Promise<void> | undefined;
  let complained = false;

  async function work(): Promise<void> {
    await turn(); // never delays the request that led to the message
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next);
    worker = undefined;
  }

  async function deliver(notification: Notification): Promise<void> {
    const deliveryId = crypto.randomUUID();
    for (let tries = 1; ; tries += 1) {
      const wasClosing = closing.aborted;
      const outcome = await send(notification, deliveryId);
      if (outcome.kind === "sent") {
        complained = false;
        return;
      }
      if (outcome.kind === "refused" || tries >= MOST_TRIES || wasClosing) return lose(outcome.why);
      await clock.sleep(waitMs(outcome.afterMs, tries), closing);
    }
  }

  function lose(why: string): void {
    if (!complained) complain(why);
    complained = true;
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

import type { Agent } from "undici";
import type { DomainEvent, Emit } from "../core/events.ts";
import { type Notification, toNotification } from "../core/notification.ts";
import type { NotifySettings } from "../core/settings.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { composeMessage } from "./compose-message.ts";
import { createDeliveryQueue, type DeliveryQueue } from "./delivery-queue.ts";
import { readDestination, webhookName } from "./destination.ts";
import { type Outcome, post } from "./post.ts";
import { createHmac } from "node:crypto";

/** What the notifier needs. */
export interface NotifierDeps {
  /** Returns the configured webhooks, which a reload may change. */
  readonly settings: () => readonly NotifySettings[];
  readonly clock: Clock;
  readonly emit: Emit;
  readonly version: string;
}

/** Sends notifications to webhooks. */
export interface Notifier {
  /** The listener for domain events, which only queues messages. */
  readonly note: (event: DomainEvent) => void;
  /** Tries waiting messages once more, within two seconds. */
  close(): Promise<void>;
}

/** Creates the notifier. Messages are signed, sent in order and retried; they never delay a request. */
export function createNotifier({ settings, clock, emit, version }: NotifierDeps): Notifier {
  let agent: Promise<Agent> | undefined;
  const agentOf = (): Promise<Agent> => (agent ??= createAgent());
  const queues = new Map<string, DeliveryQueue>();
  const closing = new AbortController();
  const ended = new AbortController();

  function note(event: DomainEvent): void {
    const notification = toNotification(event, clock.wall());
    if (notification === undefined || closing.signal.aborted) return;
    const hooks = settings();
    for (const [index, hook] of hooks.entries()) {
      if (hook.events.includes(notification.event)) queueOf(hook, index).push(notification);
    }
    if (queues.size > hooks.length) forgetOthers(hooks);
  }

  /** Returns the queue of a webhook, which stays over a reload that does not change the webhook. */
  function queueOf(hook: NotifySettings, index: number): DeliveryQueue {
    const key = JSON.stringify(hook);
    let queue = queues.get(key);
    if (queue === undefined) {
      queue = createDeliveryQueue({
        clock,
        closing: closing.signal,
        send: (notification, deliveryId) =>
          send({ clock, version, signal: ended.signal, agentOf }, hook, notification, deliveryId),
        reportLoss: (why) =>
          emit({ type: "fault", message: `messages to ${webhookName(hook, index)} are lost`, detail: why }),
      });
      queues.set(key, queue);
    }
    return queue;
  }

  function forgetOthers(hooks: readonly NotifySettings[]): void {
    const current = new Set(hooks.map((hook) => JSON.stringify(hook)));
    for (const [key, queue] of queues) if (!current.has(key) && queue.isIdle()) queues.delete(key);
  }

  return {
    note,
    async close() {
      closing.abort();
      const settled = new AbortController();
      const work = Promise.all([...queues.values()].map((queue) => queue.settled())).then(() => settled.abort());
      await Promise.race([work, clock.sleep(CLOSE_MS, settled.signal)]);
      ended.abort(); // remaining attempts fail at once
      await work;
      await (await agent)?.destroy();
    },
  };
}

interface SendDeps extends Pick<NotifierDeps, "clock" | "version"> {
  readonly signal: AbortSignal;
  readonly agentOf: () => Promise<Agent>;
}

async function send(
  { clock, version, signal, agentOf }: SendDeps,
  hook: NotifySettings,
  notification: Notification,
  deliveryId: string,
): Promise<Outcome> {
  const to = readDestination(hook.url);
  if (to === undefined) return { kind: "refused", why: "its address cannot be read" };
  const { headers, body } = composeMessage(hook, notification);
  return post(await agentOf(), clock, {
    to,
    body,
    signal,
    headers: {
      "user-agent": `docker-awakening-gateway/${version}`,
      "x-gateway-event": notification.event,
      "x-gateway-delivery": deliveryId,
      ...(to.authorization !== "" && { authorization: to.authorization }),
      ...headers,
      ...ownHeaders(hook.headers),
      ...(hook.secret !== "" && { [SIGNATURE_HEADER]: sign(hook.secret, body, clock.wall()) }),
    },
  });
}

const CLOSE_MS = 2_000;

/** Loads undici with the first message, because it takes 8 MB. */
async function createAgent(): Promise<Agent> {
  const undici = await import("undici");
  // No connection is kept: messages are rare, and the receiver may have closed it, which would cost a retry.
  return new undici.Agent({ pipelining: 0 });
}

/** Returns the configured fields in lower case, so that they override ours; without those that frame the message. */
function ownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => !FRAMING.has(name)));
}

const FRAMING: ReadonlySet<string> = new Set(["connection", "content-length", "host", "transfer-encoding"]);

const SIGNATURE_HEADER = "x-gateway-signature";

/**
 * Returns the value of `X-Gateway-Signature`: `t=` with the time in seconds since the epoch, `v1=` with the HMAC-SHA256
 * in hex of that number, a full stop and the body. The signed time protects against replays.
 */
export function sign(secret: string, body: string, wallMs: number): string {
  const seconds = Math.floor(wallMs / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

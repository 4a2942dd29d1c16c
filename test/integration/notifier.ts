import type { TestContext } from "node:test";
import type { DomainEvent } from "../../src/core/events.ts";
import type { NotifySettings } from "../../src/core/settings.ts";
import { createNotifier, type Notifier } from "../../src/notify/create-notifier.ts";
import { cleanup } from "../support/cleanup.ts";
import { waitUntil } from "../support/wait-until.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** A notifier whose time is a test's own; its messages go over real sockets. */
export interface TestNotifier extends Notifier {
  readonly clock: ManualClock;
  readonly events: readonly DomainEvent[];
  /** What is configured; a test may replace it. */
  hooks: readonly NotifySettings[];
  /** Waits until a message waits to be tried again, then lets that time pass. Resolves with its length. */
  passRetryWait(): Promise<number>;
}

export const hook = (url: string, rest: Partial<NotifySettings> = {}): NotifySettings => ({
  url,
  events: ["wake", "ready", "stop", "failed"],
  headers: {},
  secret: "",
  preset: "",
  template: "",
  ...rest,
});

export const wake = (workload: string): DomainEvent => ({ type: "wake", workload, cause: "request" });

export function startNotifier(t: TestContext, ...hooks: readonly NotifySettings[]): TestNotifier {
  const clock = createManualClock();
  const events: DomainEvent[] = [];
  const notifier = createNotifier({
    settings: () => result.hooks,
    clock,
    emit: (event) => void events.push(event),
    version: "1.2.3",
  });
  const result: TestNotifier = {
    ...notifier,
    clock,
    events,
    hooks,
    async passRetryWait() {
      // The 10 s after which a try counts as unanswered end with the try: what sleeps alone is the wait.
      const atMs = await waitUntil(() => clock.sleepers().find((ms) => ms - clock.now() !== 10_000), 5_000, "a wait");
      const ms = atMs - clock.now();
      await clock.advance(ms);
      return ms;
    },
  };
  cleanup(t, async () => {
    const closed = notifier.close();
    await clock.advance(10_000);
    await closed;
  });
  return result;
}

import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError, type OnChange, type OnLink } from "../../lifecycle/ports.ts";
import { SILENCE_MS, type SilenceWatch, watchSilence } from "../watch-silence.ts";
import type { SwarmClient } from "./swarm-client.ts";

/** How long to remember that a daemon is not a manager. */
const FORGET_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const EVENTS = `/events?filters=${encodeURIComponent(JSON.stringify({ scope: ["swarm"], type: ["service"] }))}`;

/** Follows the services of a swarm, if there is one. */
export class ServiceWatch {
  private readonly client: SwarmClient;
  private readonly isCertain: boolean;
  private readonly silenceMs: number;
  private isKnown: boolean;
  /** It was a manager, and has reported once that it is not. */
  private isDoubted = false;
  private checkedAtMs = Number.NEGATIVE_INFINITY;
  private checking: Promise<boolean> | undefined;

  /** `isCertain`: managers are configured, so it is a fault if a daemon is not one. */
  constructor(client: SwarmClient, isCertain: boolean, silenceMs = SILENCE_MS) {
    this.client = client;
    this.silenceMs = silenceMs;
    this.isCertain = isCertain;
    this.isKnown = isCertain;
  }

  /** Returns whether the daemon is a manager; remembers for a minute that it is not. Rejects if a manager was lost. */
  isManager(): Promise<boolean> {
    const ageMs = performance.now() - this.checkedAtMs;
    if (ageMs < (this.isKnown ? CHECK_AGAIN_MS : FORGET_MS)) return Promise.resolve(this.isKnown);
    this.checking ??= this.check().finally(() => (this.checking = undefined));
    return this.checking;
  }

  follow(onChange: OnChange, onLink: OnLink, signal: AbortSignal): void {
    void this.run(onChange, onLink, signal);
  }

  /** Queries the daemon. If it was never a manager, only the Docker engine reports its loss. */
  private async check(): Promise<boolean> {
    try {
      const isManager = await this.client.isManager();
      if (!isManager && this.isCertain)
        throw new EngineError("unreachable", "no daemon in swarm_managers is a manager");
      // A manager may be demoted for a moment, which must not look like the removal of all services.
      const isDenial = this.isKnown && !isManager;
      if (isDenial && !this.isDoubted) {
        this.isDoubted = true;
        throw new EngineError("unreachable", "the daemon is not a manager of the swarm any more");
      }
      this.isDoubted = false;
      this.isKnown = isManager;
      // The first denial is not believed: the next call asks again at once.
      this.checkedAtMs = isDenial ? Number.NEGATIVE_INFINITY : performance.now();
      return isManager;
    } catch (error) {
      if (this.isKnown || !(error instanceof EngineError)) throw error;
      this.checkedAtMs = performance.now();
      return false;
    }
  }

  private async run(onChange: OnChange, onLink: OnLink, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const fault = await this.followOnce(onChange, onLink, signal);
      if (signal.aborted) return;
      failures = fault === undefined ? 0 : failures + 1;
      if (fault !== undefined && this.isKnown) onLink(false);
      const pauseMs = this.isKnown ? Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS) : FORGET_MS;
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Resolves when the stream has ended, with the error if it could not be opened. */
  private async followOnce(onChange: OnChange, onLink: OnLink, signal: AbortSignal): Promise<unknown> {
    try {
      if (!(await this.isManager())) return undefined;
      const { stream, ping } = await this.client.open(EVENTS, signal);
      onLink(true);
      onChange();
      const watchdog = watchSilence(stream, () => ping(this.silenceMs / 3), this.silenceMs);
      await hearAll(stream, watchdog, onChange).finally(() => watchdog.stop());
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

/** How often the manager is checked, because without a quorum the event stream stays open. */
const CHECK_AGAIN_MS = 10_000;

async function hearAll(stream: IncomingMessage, watchdog: SilenceWatch, onChange: OnChange): Promise<void> {
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream as AsyncIterable<string>) {
    watchdog.heard();
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line, onChange);
  }
}

function hear(line: string, onChange: OnChange): void {
  try {
    const { Type: type, Actor } = JSON.parse(line) as ServiceEvent;
    const name = Actor?.Attributes?.["name"];
    if (type === "service" && name !== undefined) onChange(name);
  } catch {
    // no event
  }
}

interface ServiceEvent {
  readonly Type?: string;
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> };
}

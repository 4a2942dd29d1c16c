import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { GetEventsOptions } from "dockerode";
import { reportFault } from "../../core/isolate.ts";
import { type Engine, EngineError, type OnLink } from "../../lifecycle/ports.ts";
import { abortable, type DockerClient } from "./client.ts";
import type { ForeignOrders } from "./foreign-orders.ts";
import { EVENT_FILTERS, readEvent } from "./read-event.ts";
import { SILENCE_MS, watchSilence } from "../watch-silence.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

interface WatchDeps {
  readonly client: DockerClient;
  readonly orders: ForeignOrders;
  /** Called when the networks of the container with this id (absent: of any) have changed. */
  readonly onRewired: (id?: string) => void;
  readonly silenceMs?: number;
}

/**
 * Creates the function that follows Docker's events until aborted, and reconnects with increasing delays. The engine
 * does not count as lost if a stream ends (a socket proxy's time limit) and can be opened again at once, or if it is
 * refused.
 */
export function createWatch({ client, orders, onRewired, silenceMs = SILENCE_MS }: WatchDeps): Engine["watch"] {
  return (onChange, onLink, signal) => {
    const reportLink = skipRepeats(onLink);
    const names = new Map<string, string>();

    function hear(line: string): void {
      const subject = readEvent(line, names);
      if (subject?.rewired !== undefined) onRewired(subject.rewired);
      if (subject === undefined) return;
      const news = subject.rewired === undefined ? orders.hear(subject) : undefined;
      for (const name of subject.names.slice(0, -1)) onChange(name);
      onChange(subject.names.at(-1), news);
    }

    function opened(): void {
      reportLink(true);
      onRewired();
      onChange();
    }

    async function run(): Promise<void> {
      for (let failures = 0; !signal.aborted;) {
        const fault = await follow(client, { opened, hear, silenceMs, signal });
        if (signal.aborted) return;
        if (fault === undefined) onChange(undefined, { kind: "cut" });
        client.forget();
        failures = fault === undefined ? 0 : failures + 1;
        if (fault?.code === "refused") reportLink(true, withoutEvents(fault));
        else if (fault !== undefined) reportLink(false);
        await sleep(pauseMs(failures), undefined, { signal }).catch(() => undefined);
      }
    }

    void run();
  };
}

/** Has jitter, so that several gateways do not reconnect at the same time. */
function pauseMs(failures: number): number {
  if (failures === 0) return 10;
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
}

interface Listener {
  readonly opened: () => void;
  readonly hear: (line: string) => void;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when the stream has ended, with the error if it could not be opened; never rejects. */
async function follow(client: DockerClient, listener: Listener): Promise<EngineError | undefined> {
  let stream: IncomingMessage;
  try {
    stream = (await client.call((docker, late) => {
      const abortSignal = AbortSignal.any([late, listener.signal]);
      return docker.getEvents({ filters: EVENT_FILTERS, abortSignal } as GetEventsOptions);
    })) as IncomingMessage;
  } catch (error) {
    return error instanceof EngineError ? error : new EngineError("unreachable", String(error));
  }
  if (listener.signal.aborted) return undefined;
  listener.opened();
  const ping = () =>
    client.call((docker, abortSignal) => abortable(docker).ping({ abortSignal }), listener.silenceMs / 3);
  const watchdog = watchSilence(stream, ping, listener.silenceMs);
  try {
    let rest = "";
    stream.setEncoding("utf8");
    for await (const chunk of stream as AsyncIterable<string>) {
      watchdog.heard();
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) hearAlone(listener, line);
    }
  } catch {
    // The stream was cut; the caller reconnects.
  } finally {
    watchdog.stop();
  }
  return undefined;
}

/** Isolates a fault in the handling of one event from the next ones. */
function hearAlone({ hear }: Listener, line: string): void {
  try {
    hear(line);
  } catch (fault) {
    reportFault(fault);
  }
}

function withoutEvents({ message }: EngineError): string {
  return `Docker's events are refused, so changes are noticed only every discovery_interval: allow GET /events (EVENTS=1 in many socket proxies). ${message}`;
}

function skipRepeats(report: OnLink): OnLink {
  let last: string | undefined;
  return (up, lacks) => {
    const now = `${up} ${lacks}`;
    if (now === last) return;
    last = now;
    report(up, lacks);
  };
}

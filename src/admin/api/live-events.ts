import type { IncomingMessage, ServerResponse } from "node:http";
import type { DomainEvent } from "../../core/events.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import type { EndpointsDeps } from "../../web/endpoints-deps.ts";
import type { Sender } from "../../web/sender.ts";

/** Streams changes as server-sent events to a bounded number of listeners. */
export interface LiveEvents {
  /** Makes the response an event stream, or answers 503 if there are too many. */
  listen(req: IncomingMessage, res: ServerResponse): void;
  /** Ends all streams, for a shutdown. */
  close(): void;
  readonly size: () => number;
}

interface LiveEventsDeps extends Pick<EndpointsDeps, "lifecycle" | "clock" | "events"> {
  /** Returns what to send about a container that has changed. */
  readonly describe: (record: WorkloadRecord) => unknown;
}

const MOST_LISTENERS = 64;
/** Changes within a quarter of a second are sent together. */
const GATHER_MS = 250;
/** How often use is checked while there are listeners, because requests change no state. */
const CHECK_USE_MS = 2_000;
const HEARTBEAT_MS = 14_000;
/** The limit of a stream: the browser then reconnects by itself, and has to authenticate again. */
const LONGEST_MS = 600_000;
/** A listener with more unsent bytes than this is disconnected. */
const MOST_UNSENT_BYTES = 1_000_000;

interface Listener {
  readonly res: ServerResponse;
  readonly untilMs: number;
}

/** Creates the streams. Without listeners nothing is collected. */
export function createLiveEvents({ lifecycle, clock, events, describe }: LiveEventsDeps, sender: Sender): LiveEvents {
  const listeners = new Set<Listener>();
  let beatMs = 0;
  let watching: AbortController | undefined;

  function note(event: DomainEvent): void {
    if ("workload" in event) change([event.workload]);
    else if (event.type === "settings") change(event.names);
    else if (event.type === "engine") change(lifecycle.records.keys());
  }

  const change = gather(clock, (names) => {
    if (listeners.size === 0) return;
    const containers = names.flatMap((name) => lifecycle.records.get(name) ?? []).map(describe);
    const updated_at = new Date(clock.wall()).toISOString();
    send(listeners, "change", { containers, engine_up: lifecycle.enginesUp(), updated_at });
  });

  function onLook(used: readonly string[]): void {
    if (used.length > 0) change(used);
    for (const { res, untilMs } of listeners) if (untilMs <= clock.now()) res.end();
    if (clock.now() - beatMs < HEARTBEAT_MS) return;
    beatMs = clock.now();
    send(listeners, "beat", {});
  }

  function begin(): void {
    if (watching !== undefined) return;
    watching = new AbortController();
    watching.signal.addEventListener("abort", events.subscribe(note), { once: true });
    beatMs = clock.now();
    void watchUses({ lifecycle, clock }, watching.signal, onLook);
  }

  function leave(listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    watching?.abort();
    watching = undefined;
  }

  return {
    listen(req, res) {
      if (listeners.size >= MOST_LISTENERS) return sender.plainProblem(req, res, "too-many-pending");
      res.writeHead(200, HEADERS);
      if (req.method === "HEAD") return void res.end();
      const listener = { res, untilMs: clock.now() + LONGEST_MS };
      listeners.add(listener);
      res.on("close", () => leave(listener));
      res.on("error", () => res.destroy());
      res.write(`retry: 3000\nevent: beat\ndata: {}\n\n`);
      return begin();
    },
    close() {
      for (const { res } of listeners) res.end();
    },
    size: () => listeners.size,
  };
}

function send(listeners: Iterable<Listener>, event: string, data: unknown): void {
  const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const { res } of listeners) {
    if (res.writableLength > MOST_UNSENT_BYTES) res.destroy();
    else res.write(text);
  }
}

/** Creates the function that collects names, and passes them on together after a short time. */
function gather(
  clock: LiveEventsDeps["clock"],
  onGathered: (names: readonly string[]) => void,
): (names: Iterable<string>) => void {
  const gathered = new Set<string>();
  let isGathering = false;
  return (names) => {
    for (const name of names) gathered.add(name);
    if (isGathering) return;
    isGathering = true;
    void clock.sleep(GATHER_MS).then(() => {
      isGathering = false;
      const all = [...gathered];
      gathered.clear();
      onGathered(all);
    });
  };
}

/** Reports changes in use until `signal` aborts. */
async function watchUses(
  { lifecycle, clock }: Pick<LiveEventsDeps, "lifecycle" | "clock">,
  signal: AbortSignal,
  onLook: (used: readonly string[]) => void,
): Promise<void> {
  let uses = usesOf(lifecycle.records);
  while (!signal.aborted) {
    await clock.sleep(CHECK_USE_MS, signal);
    if (signal.aborted) return;
    const now = usesOf(lifecycle.records);
    onLook([...now].filter(([name, use]) => use !== uses.get(name)).map(([name]) => name));
    uses = now;
  }
}

const HEADERS = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store",
  // Otherwise nginx would buffer the stream.
  "X-Accel-Buffering": "no",
};

/** Returns, for each workload, a figure that changes only by use. */
function usesOf(records: ReadonlyMap<string, WorkloadRecord>): Map<string, number> {
  return new Map([...records].map(([name, { leases, lastActivityMs }]) => [name, lastActivityMs + leases / 1_000]));
}

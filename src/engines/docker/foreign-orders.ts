import type { News } from "../../lifecycle/ports.ts";
import type { EventSubject } from "./read-event.ts";

/** Distinguishes stops by somebody else from those of this gateway, which Docker's events do not. */
export interface ForeignOrders {
  /** Notes that this gateway is about to stop the container with this id. */
  expect(id: string): void;
  /** Returns what an event means for its container; `undefined` if only something changed. */
  hear(event: EventSubject): News | undefined;
}

/** What is known about one run of a container. */
interface Run {
  /** This gateway has ordered it to end. */
  ours: boolean;
  /** The signals that were sent since. Docker sends each of them once per order. */
  readonly signals: Set<string>;
  /** When somebody else last sent a signal; `undefined`: never. */
  orderedAtMs: number | undefined;
}

/** How long a signal counts as the cause of an end; longer than any usual stop timeout. */
const ORDER_COUNTS_MS = 600_000;

/**
 * Creates the tracker. Docker reports a `kill` (with its signal) before the `die` that follows, and a `stop` right
 * after it; for a container that ends by itself it only reports a `die`.
 */
export function createForeignOrders(now: () => number = () => performance.now()): ForeignOrders {
  const runs = new Map<string, Run>();

  function runOf(id: string): Run {
    const known = runs.get(id);
    if (known !== undefined) return known;
    const run: Run = { ours: false, signals: new Set(), orderedAtMs: undefined };
    runs.set(id, run);
    return run;
  }

  function onSignal(id: string, signal: string): News | undefined {
    const run = runOf(id);
    const isOurs = run.ours && !run.signals.has(signal);
    run.signals.add(signal);
    if (isOurs) return undefined;
    run.orderedAtMs = now();
    return ENDING_SIGNALS.has(signal) ? { kind: "ending" } : undefined;
  }

  function wasOrdered(id: string): boolean {
    const atMs = runs.get(id)?.orderedAtMs;
    return atMs !== undefined && now() - atMs <= ORDER_COUNTS_MS;
  }

  return {
    expect(id) {
      Object.assign(runOf(id), { ours: true });
    },
    hear({ id, action, signal, from }) {
      switch (action) {
        case "kill":
          return onSignal(id, signal);
        case "die":
        case "died":
          return { kind: "ended", ordered: wasOrdered(id) };
        case "stop":
          return runs.get(id)?.ours === true ? undefined : { kind: "ended", ordered: true };
        case "start":
          runs.delete(id);
          return { kind: "started" };
        case "create":
          return { kind: "made" };
        case "rename":
          return from === undefined ? undefined : { kind: "renamed", from };
        case "destroy":
        case "remove":
          runs.delete(id);
          return { kind: "removed" };
        default:
          return undefined;
      }
    },
  };
}

/**
 * INT, QUIT, KILL and TERM, by number as in Docker's events. Other signals may have another purpose, such as a reload.
 */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(["2", "3", "9", "15"]);

import type { News } from "../../lifecycle/ports.ts";
import type { EventSubject } from "./read-event.ts";

/** Distinguishes stops from outside from those of this gateway, which Docker's events do not. */
export interface ForeignOrders {
  /** Notes that this gateway is about to stop the container with this id. */
  expect(id: string): void;
  /** What an event means for its container; `undefined`: only that something changed. */
  hear(event: EventSubject): News | undefined;
}

/** What is known of one run of a container. */
interface Run {
  /** This gateway has ordered its end. */
  ours: boolean;
  /** Signals that were sent since. Docker sends each of them once per order. */
  readonly signals: Set<string>;
  /** When a signal was last sent from outside; `undefined`: never. */
  orderedAtMs: number | undefined;
}

/** How long a signal counts as the reason of an end: the longest time that apps get to end. */
const ORDER_COUNTS_MS = 600_000;

/**
 * Creates the record of orders. Docker reports a `kill` (with its signal) before the `die` that follows, and a `stop`
 * right after it; what ends by itself only dies.
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

/** By number, as Docker reports them: INT, QUIT, KILL, TERM. Others may have another purpose, such as a reload. */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(["2", "3", "9", "15"]);

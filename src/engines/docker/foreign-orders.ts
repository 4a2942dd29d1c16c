import type { News } from "../../lifecycle/ports.ts";
import type { EventSubject } from "./read-event.ts";

/** Tells what others order from what this gateway ordered itself: Docker's events do not say by whom. */
export interface ForeignOrders {
  /** This gateway is about to order the end of the container with this id. */
  expect(id: string): void;
  /** What an event means for its container; `undefined`: nothing but that something changed. */
  hear(event: EventSubject): News | undefined;
}

/** What is known of one run of a container. */
interface Run {
  /** This gateway has ordered its end. */
  ours: boolean;
  /** Signals that were sent since. Docker sends each of them once per order. */
  readonly signals: Set<string>;
  /** When somebody else last sent it a signal; `undefined`: nobody has. */
  orderedAtMs: number | undefined;
}

/** A signal is the reason of an end for so long: the longest that apps are given to end. */
const ORDER_COUNTS_MS = 600_000;

/**
 * Makes a book of orders. Docker tells of a `kill` (with its signal) before the `die` that it leads to, and of a `stop`
 * right behind that; what ends by itself only dies.
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

/** By number, as Docker tells them: INT, QUIT, KILL, TERM. Others may ask for something else, such as to read files anew. */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(["2", "3", "9", "15"]);

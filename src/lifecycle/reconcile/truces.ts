import { familyName, isTemporaryName } from "../../core/family-name.ts";
import type { Clock, News } from "../ports.ts";

/** A time in which a workload is left alone, because another tool may be updating it. */
export interface Truce {
  readonly sinceMs: number;
  /** When it ends, unless another step is reported. */
  readonly untilMs: number;
}

/**
 * The truces of all workloads. A stop by somebody else is often the first step of an update: stop, remove (or rename),
 * create, start. If the gateway started the container in between, the tool would fail, or both versions would run. So
 * the gateway starts nothing during a truce.
 */
export interface Truces {
  /** Returns the current truce of a workload. */
  of(name: string): Truce | undefined;
  note(name: string, news: News): void;
  /** Restores a truce that was stored before a restart. */
  resume(name: string, untilMs: number): void;
}

/** How long after one step of an update the next is awaited. */
export const TRUCE_MS = 10_000;

/**
 * Creates the truces. A stop by somebody else, a removal or a rename begins one, each further step prolongs it, a start
 * ends it.
 */
export function createTruces(clock: Pick<Clock, "now">): Truces {
  // By family name: a renamed container keeps its truce, and the next container with its former name has it too.
  const truces = new Map<string, { sinceMs: number; untilMs: number }>();

  function of(name: string): { sinceMs: number; untilMs: number } | undefined {
    const truce = truces.get(familyName(name));
    return truce !== undefined && clock.now() < truce.untilMs ? truce : undefined;
  }

  function begin(name: string): void {
    for (const [family, { untilMs }] of truces) if (untilMs <= clock.now()) truces.delete(family);
    const truce = of(name) ?? { sinceMs: clock.now(), untilMs: 0 };
    truce.untilMs = clock.now() + TRUCE_MS;
    truces.set(familyName(name), truce);
  }

  function end(name: string): void {
    const truce = of(name);
    for (const [family, other] of truces) if (other === truce) truces.delete(family);
  }

  return {
    of,
    note(name, news) {
      switch (news.kind) {
        case "ended":
          if (news.ordered) begin(name);
          break;
        case "made":
          // A successor must not be started yet; any other new container may be.
          if (isTemporaryName(name) || of(name) !== undefined) begin(name);
          break;
        case "renamed": {
          begin(news.from);
          const truce = of(news.from);
          if (truce !== undefined) truces.set(familyName(name), truce);
          break;
        }
        case "ending":
        case "removed":
          begin(name);
          break;
        case "started":
          end(name);
          break;
        case "cut":
      }
    },
    resume(name, untilMs) {
      const now = clock.now();
      // Limited, because the wall clock may have been set meanwhile.
      truces.set(familyName(name), { sinceMs: now, untilMs: Math.min(untilMs, now + TRUCE_MS) });
    },
  };
}

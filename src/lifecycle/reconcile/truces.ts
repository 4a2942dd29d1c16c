import { familyName, isTemporaryName } from "../../core/family-name.ts";
import type { Clock, News } from "../ports.ts";

/** Another tool is working on a workload, so it is left alone: an update may be in progress. */
export interface Truce {
  readonly sinceMs: number;
  /** It ends then unless something more happens. */
  readonly untilMs: number;
}

/**
 * A stop from outside is often the first step of an update: stop, remove (or rename), create, start. A start in between
 * makes the tool fail, or runs next to the successor. So nothing is started by us in a truce.
 */
export interface Truces {
  /** The current truce of a workload. */
  of(name: string): Truce | undefined;
  note(name: string, news: News): void;
  /** Restores what a gateway knew before its restart. */
  resume(name: string, untilMs: number): void;
}

/** How long after one step the next is waited for. */
export const TRUCE_MS = 10_000;

/**
 * Creates the record of truces: an order to end, a removal or a change of name begins one, each step prolongs it, a
 * start ends it.
 */
export function createTruces(clock: Pick<Clock, "now">): Truces {
  // By family; a container that is renamed takes its truce along, and leaves it to the next container of its name.
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
          // A container that is only new may be started at once; a successor may not yet.
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
      // The wall clock may have been set meanwhile.
      truces.set(familyName(name), { sinceMs: now, untilMs: Math.min(untilMs, now + TRUCE_MS) });
    },
  };
}

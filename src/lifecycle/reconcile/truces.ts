import { familyName, isTemporaryName } from "../../core/family-name.ts";
import type { Clock, News } from "../ports.ts";

/** Somebody else is at work on a workload, so that it is left alone: an update may be under way. */
export interface Truce {
  readonly sinceMs: number;
  /** It is over then unless something more happens. */
  readonly untilMs: number;
}

/**
 * Somebody else's stops are often the first step of an update: stop, remove (or rename), create, start. What is started
 * in between makes its tool fail, or runs beside its successor. So nothing is started by us in a truce.
 */
export interface Truces {
  /** The truce that a workload is in at present. */
  of(name: string): Truce | undefined;
  note(name: string, news: News): void;
  /** Takes up again what a gateway knew before its restart. */
  resume(name: string, untilMs: number): void;
}

/** How long after the last step the next one is waited for. */
export const TRUCE_MS = 10_000;

/** Makes a book of truces: an order to end, a removal or a change of name begins one, each step prolongs it, a start ends it. */
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
          // What is merely new may be started at once; a successor is not ready to be.
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

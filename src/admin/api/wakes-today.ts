import type { DomainEvent } from "../../core/events.ts";
import type { Clock } from "../../lifecycle/ports.ts";

/** Counts wakes since midnight (or since the gateway came up, when that was later). */
export interface WakesToday {
  note(event: DomainEvent): void;
  of(workload: string): number;
}

/** `timezone` (IANA) settles when a day begins; it is asked anew each time, since it may be reconfigured. */
export function createWakesToday(clock: Clock, timezone: () => string): WakesToday {
  const counts = new Map<string, number>();
  let day = "";
  let calendar: Calendar | undefined;

  function turnPage(): void {
    const zone = timezone();
    if (calendar?.timezone !== zone) calendar = calendarOf(zone);
    const today = calendar.format(clock.wall());
    if (today === day) return;
    day = today;
    counts.clear();
  }

  return {
    note(event) {
      if (event.type !== "ready" || event.durationMs === undefined) return; // somebody else's start is no wake
      turnPage();
      counts.set(event.workload, (counts.get(event.workload) ?? 0) + 1);
    },
    of(workload) {
      turnPage();
      return counts.get(workload) ?? 0;
    },
  };
}

/** Made once: it costs more than all the rest that is said of a container, and is asked for each of them. */
interface Calendar {
  readonly timezone: string;
  readonly format: (ms: number) => string;
}

function calendarOf(timezone: string): Calendar {
  return { timezone, format: new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format };
}

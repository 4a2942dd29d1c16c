import type { DomainEvent } from "../../core/events.ts";
import type { Clock } from "../../lifecycle/ports.ts";

/** Counts wakes since midnight, or since the gateway started if that was later. */
export interface WakesToday {
  note(event: DomainEvent): void;
  of(workload: string): number;
}

/** Creates the counter. `timezone` (IANA) determines when a day begins; it may change with a reload. */
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
      if (event.type !== "ready" || event.durationMs === undefined) return; // undefined: without a wake
      turnPage();
      counts.set(event.workload, (counts.get(event.workload) ?? 0) + 1);
    },
    of(workload) {
      turnPage();
      return counts.get(workload) ?? 0;
    },
  };
}

/** The formatter of a time zone, cached because creating it costs more than the rest of a container's status. */
interface Calendar {
  readonly timezone: string;
  readonly format: (ms: number) => string;
}

function calendarOf(timezone: string): Calendar {
  return { timezone, format: new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format };
}

import type { DomainEvent } from "../../core/events.ts";
import type { Clock } from "../../lifecycle/ports.ts";

/** Counts wakes since midnight, or since the gateway started if that was later. */
export interface WakesToday {
  note(event: DomainEvent): void;
  of(workload: string): number;
}

/** `timezone` (IANA) determines when a day begins; read each time, since it may be reconfigured. */
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
      if (event.type !== "ready" || event.durationMs === undefined) return; // a start by another tool is not a wake
      turnPage();
      counts.set(event.workload, (counts.get(event.workload) ?? 0) + 1);
    },
    of(workload) {
      turnPage();
      return counts.get(workload) ?? 0;
    },
  };
}

/** Created once: it costs more than the rest of a container's status, and is needed for each of them. */
interface Calendar {
  readonly timezone: string;
  readonly format: (ms: number) => string;
}

function calendarOf(timezone: string): Calendar {
  return { timezone, format: new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format };
}

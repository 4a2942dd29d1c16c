import type { ScheduleSettings } from "../../src/core/settings.ts";
import type { Schedule } from "../../src/lifecycle/workload/schedule.ts";

const DAY_MS = 86_400_000;

/** A schedule that opens and closes once a day at a time of day in UTC, written `9:00`; no cron, so that a test can be read. */
export function createDailySchedule({ start, stop }: ScheduleSettings): Schedule {
  const opens = timeOfDay(start);
  const closes = timeOfDay(stop);
  const nextOf = (at: number | undefined, wallMs: number): number | undefined => {
    if (at === undefined) return undefined;
    const today = Math.floor(wallMs / DAY_MS) * DAY_MS + at;
    return today > wallMs ? today : today + DAY_MS;
  };
  return {
    isOpen(wallMs) {
      if (opens === undefined || closes === undefined) return true;
      const time = wallMs % DAY_MS;
      return opens < closes ? time >= opens && time < closes : time >= opens || time < closes;
    },
    next(wallMs) {
      const startMs = nextOf(opens, wallMs) ?? Infinity;
      const stopMs = nextOf(closes, wallMs) ?? Infinity;
      if (startMs === Infinity && stopMs === Infinity) return undefined;
      return startMs < stopMs ? { kind: "start", atMs: startMs } : { kind: "stop", atMs: stopMs };
    },
    nextStart: (wallMs) => nextOf(opens, wallMs),
  };
}

function timeOfDay(text: string): number | undefined {
  const match = /^(\d+):(\d+)$/u.exec(text);
  return match === null ? undefined : (Number(match[1]) * 60 + Number(match[2])) * 60_000;
}

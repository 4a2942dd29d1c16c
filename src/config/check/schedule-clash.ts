import { Cron } from "croner";
import type { ScheduleSettings } from "../../core/settings.ts";

/** Returns when both expressions fire at the same time within seven days of `fromMs`; `undefined` when they do not. */
export function scheduleClash(settings: ScheduleSettings, fromMs: number): string | undefined {
  if (settings.start === "" || settings.stop === "") return undefined;
  const atMs = firstCommon(createCron(settings.start, settings), createCron(settings.stop, settings), fromMs);
  return atMs === undefined
    ? undefined
    : `schedule_start and schedule_stop fire at the same time (${formatMoment(atMs, settings.timezone)})`;
}

const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

/** Finds the first common time. Each expression skips to the other's next time, so that frequent ones cost little. */
function firstCommon(start: Cron, stop: Cron, fromMs: number): number | undefined {
  let startMs = nextOf(start, fromMs);
  while (startMs <= fromMs + SEVEN_DAYS_MS) {
    const stopMs = nextOf(stop, startMs - 1);
    if (stopMs === startMs) return startMs;
    startMs = nextOf(start, stopMs - 1);
  }
  return undefined;
}

function nextOf(cron: Cron, ms: number): number {
  if (!Number.isFinite(ms)) return Infinity;
  return cron.nextRun(new Date(ms))?.getTime() ?? Infinity;
}

function createCron(expression: string, { timezone }: ScheduleSettings): Cron {
  return new Cron(expression, { timezone });
}

/** Formats a time as `Mon 14 Apr 09:00`, in the time zone of the schedule. */
function formatMoment(atMs: number, timezone: string): string {
  const options = {
    weekday: "short",
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: timezone,
  } as const;
  const parts = new Intl.DateTimeFormat("en", options).formatToParts(atMs);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("hour")}:${part("minute")}`;
}

import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";

/** Returns the schedule in `/_status/api` with the names and formats of the original: texts, empty without a value. */
export function scheduleStatus({ settings, schedule }: WorkloadRecord, wallMs: number) {
  const { start = "", stop = "", timezone = "" } = settings.schedule ?? {};
  const isClosed = schedule?.isOpen(wallMs) === false;
  const opensMs = isClosed ? schedule.nextStart(wallMs) : undefined;
  return {
    schedule_start: start,
    schedule_stop: stop,
    schedule_timezone: timezone,
    scheduled_downtime: isClosed,
    next_scheduled_start: opensMs === undefined ? "" : writeMoment(opensMs, timezone),
  };
}

/** Formats a time as on the original's dashboard, in the time zone of the schedule: `Mon 02 Jan · 15:04`. */
function writeMoment(ms: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    weekday: "short",
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(ms);
  const { weekday, day, month, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${weekday} ${day} ${month} · ${hour}:${minute}`;
}

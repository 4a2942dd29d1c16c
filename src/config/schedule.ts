import { Cron } from "croner";
import type { ScheduleSettings } from "../core/settings.ts";

/** When a workload is available, and when the clock starts and stops it. Times are wall-clock milliseconds. */
export interface Schedule {
  /** Both given: between the last start and the next stop. One given: always. Cheap enough for every request. */
  isOpen(wallMs: number): boolean;
  /** The next start or stop strictly after `wallMs`. */
  next(wallMs: number): ScheduleEvent | undefined;
  /** The next start strictly after `wallMs`. */
  nextStart(wallMs: number): number | undefined;
}

export interface ScheduleEvent {
  readonly kind: "start" | "stop";
  readonly atMs: number;
}

/** Follows two cron expressions in a time zone, daylight saving included. Throws on expressions that were not validated. */
export function createSchedule(settings: ScheduleSettings): Schedule {
  const start = createCron(settings.start, settings.timezone);
  const stop = createCron(settings.stop, settings.timezone);
  let known: Span = { fromMs: Infinity, untilMs: -Infinity, open: true };

  return {
    isOpen(wallMs) {
      if (start === undefined || stop === undefined) return true;
      if (wallMs < known.fromMs || wallMs >= known.untilMs) known = spanAt(start, stop, wallMs);
      return known.open;
    },
    next(wallMs) {
      const startMs = nextOf(start, wallMs) ?? Infinity;
      const stopMs = nextOf(stop, wallMs) ?? Infinity;
      if (startMs === Infinity && stopMs === Infinity) return undefined;
      return startMs < stopMs ? { kind: "start", atMs: startMs } : { kind: "stop", atMs: stopMs };
    },
    nextStart: (wallMs) => nextOf(start, wallMs),
  };
}

/** From one firing to the next, nothing changes. */
interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly open: boolean;
}

function spanAt(start: Cron, stop: Cron, wallMs: number): Span {
  const startedMs = previousOf(start, wallMs) ?? -Infinity;
  const stoppedMs = previousOf(stop, wallMs) ?? -Infinity;
  return {
    fromMs: Math.max(startedMs, stoppedMs),
    untilMs: Math.min(nextOf(start, wallMs) ?? Infinity, nextOf(stop, wallMs) ?? Infinity),
    open: startedMs > stoppedMs,
  };
}

function createCron(expression: string, timezone: string): Cron | undefined {
  return expression === "" ? undefined : new Cron(expression, { timezone });
}

function nextOf(cron: Cron | undefined, wallMs: number): number | undefined {
  return cron?.nextRun(new Date(wallMs))?.getTime();
}

/** The last firing at or before `wallMs`; croner's own look-back excludes the time itself. */
function previousOf(cron: Cron, wallMs: number): number | undefined {
  return cron.previousRuns(1, new Date(wallMs + 1))[0]?.getTime();
}

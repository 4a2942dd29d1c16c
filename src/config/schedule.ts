import { Cron } from "croner";
import type { ScheduleSettings } from "../core/settings.ts";

/** The schedule of a workload. Times are on the wall clock. */
export interface Schedule {
  /**
   * Returns whether it is between a start and a stop; always true with only one of them. Cheap enough for every
   * request.
   */
  isOpen(wallMs: number): boolean;
  /** Returns the next start or stop strictly after `wallMs`. */
  next(wallMs: number): ScheduleEvent | undefined;
  /** Returns the next start strictly after `wallMs`. */
  nextStart(wallMs: number): number | undefined;
}

/** A start or stop with its time. */
export interface ScheduleEvent {
  readonly kind: "start" | "stop";
  readonly atMs: number;
}

/**
 * Creates a schedule from cron expressions and a time zone. The expressions must have been validated; it throws
 * otherwise.
 */
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

/** The time between two firings, in which the schedule does not change. */
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

/** Returns the last firing at or before `wallMs`; croner's own function excludes that time itself. */
function previousOf(cron: Cron, wallMs: number): number | undefined {
  return cron.previousRuns(1, new Date(wallMs + 1))[0]?.getTime();
}

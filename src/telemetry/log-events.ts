import { counted } from "../core/counted.ts";
import { type Failure, failureText } from "../core/failure.ts";
import type { DomainEvent, Emit } from "../core/events.ts";
import type { ExitFacts } from "../core/observation.ts";
import { plainLine } from "../core/plain-line.ts";
import { timeSpan } from "../core/time-span.ts";
import { causeText } from "../core/transition-cause.ts";
import type { StopReason } from "../core/workload-state.ts";

/** The part of pino's interface that is used. */
export type EventLogger = Readonly<
  Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>
>;

/**
 * Creates the listener that writes domain events as log lines: one for each wake, ready, stop and failure, with reason
 * and duration. The level error means that an operator must act; changes of state and holds have the level debug.
 */
// oxlint-disable-next-line max-lines-per-function -- a table: one case an event
export function logEvents(logger: EventLogger): Emit {
  let size = "";
  // oxlint-disable-next-line max-lines-per-function -- a table: one case an event
  return (event) => {
    const { type } = event;
    switch (type) {
      case "wake":
        return logger.info(
          { event: type, container: event.workload, cause: event.cause },
          `waking "${event.workload}" (${event.cause})`,
        );
      case "ready":
        return logReady(logger, event);
      case "wake-failed":
        return logFailure(logger, event);
      case "stopped":
        return logger.info(
          {
            event: type,
            container: event.workload,
            reason: event.reason,
            duration_ms: Math.round(event.durationMs),
            awake_ms: Math.round(event.awakeMs),
          },
          `"${event.workload}" sleeps (${STOP_TEXTS[event.reason]}); the stop took ${timeSpan(event.durationMs)}, it was awake for ${timeSpan(event.awakeMs)}`,
        );
      case "killed":
        return logger.warn(
          { event: type, container: event.workload, timeout_ms: Math.round(event.timeoutMs) },
          `"${event.workload}" did not end within ${timeSpan(event.timeoutMs)} and was killed; raise its stop_timeout if it needs longer`,
        );
      case "stop-failed":
        return logger.error(
          { event: type, container: event.workload, error: plainLine(event.message) },
          `"${event.workload}" could not be stopped: ${plainLine(event.message)}`,
        );
      case "ended":
        return logEnd(logger, event);
      case "vetoed":
        return logger.info(
          { event: type, container: event.workload, reason: event.reason },
          `"${event.workload}" stays awake: it is in use (${event.reason})`,
        );
      case "never-stopped":
        return logger.warn(
          { event: type, container: event.workload },
          `"${event.workload}" was started with --rm: it is never stopped, because that would delete it; start it without --rm, or set stop_method: pause`,
        );
      case "wants-tls":
        return logger.warn(
          { event: type, container: event.workload, port: event.port },
          `"${event.workload}" speaks TLS only on port ${event.port}: set target_scheme: https`,
        );
      case "port-silent":
        return logger.warn(
          { event: type, container: event.workload, reason: event.cause.code },
          `"${event.workload}": ${failureText(event.cause)}; its other hosts are served`,
        );
      case "suspended": {
        const until = new Date(event.untilMs).toISOString();
        return logger.info(
          { event: type, container: event.workload, until },
          `"${event.workload}" is suspended until ${until}: nothing wakes it before then`,
        );
      }
      case "resumed":
        return logger.info(
          { event: type, container: event.workload },
          `"${event.workload}" is no longer suspended; the next request wakes it`,
        );
      case "throttled":
        return logger.info(
          { event: type, container: event.workload, cpus: event.cpus },
          event.cpus > 0
            ? `"${event.workload}" is throttled to ${event.cpus} CPUs`
            : `"${event.workload}" is no longer throttled`,
        );
      case "state":
        return logState(logger, event);
      case "run-over":
        return logger.debug({ event: type, container: event.workload }, `the run of "${event.workload}" has ended`);
      case "hold":
        return logger.debug(
          { event: type, route: event.host, outcome: event.outcome, waited_ms: Math.round(event.waitedMs) },
          `a request for "${event.host}" waited ${timeSpan(event.waitedMs)}: ${event.outcome}`,
        );
      case "engine":
        if (event.up) return logger.info({ event: type, engine: event.engine }, `${event.engine} can be reached again`);
        return logger.error(
          { event: type, engine: event.engine },
          `${event.engine} cannot be reached${event.reason === undefined ? "" : ` (${plainLine(event.reason)})`}; awake apps stay reachable`,
        );
      case "settings": {
        const now = `${counted(event.hosts, "host")}, ${counted(event.workloads, "container")}`;
        // "debug" if the totals are unchanged: every container of the machine causes this event when it comes or goes.
        const level = now === size ? "debug" : "info";
        size = now;
        return logger[level]({ event: type, hosts: event.hosts, containers: event.workloads }, `configured: ${now}`);
      }
      case "login-failed":
        return logger.warn(
          { event: type, address: plainLine(event.address), path: plainLine(event.path) },
          `wrong credentials from ${plainLine(event.address)} for ${plainLine(event.path)}`,
        );
      case "fault":
        return logger.error(
          { event: type, error: plainLine(event.detail) },
          `${plainLine(event.message)}: ${plainLine(event.detail)}`,
        );
    }
  };
}

function logState(logger: EventLogger, event: Extract<DomainEvent, { type: "state" }>): void {
  const { type, workload, cause } = event;
  const from = event.from.status;
  const to = event.to.status;
  const why = plainLine(causeText(cause));
  logger.debug({ event: type, container: workload, from, to, why }, `"${workload}": ${from} → ${to} (${why})`);
}

function logReady(logger: EventLogger, event: Extract<DomainEvent, { type: "ready" }>): void {
  const { type, workload, durationMs, cause, ours = false } = event;
  if (durationMs === undefined) {
    const origin = ours ? "" : "; it was started by somebody else";
    logger.info({ event: type, container: workload }, `"${workload}" answers${origin}`);
    return;
  }
  const fields = { event: type, container: workload, cause, duration_ms: Math.round(durationMs) };
  logger.info(fields, `"${workload}" is ready after ${timeSpan(durationMs)}`);
}

/** Logs a failure; one that follows from another has a lower level, because only the cause needs action. */
function logFailure(logger: EventLogger, event: Extract<DomainEvent, { type: "wake-failed" }>): void {
  const { type, workload, failure, durationMs, retryMs } = event;
  const fields = {
    event: type,
    container: workload,
    reason: failure.reason,
    exit_code: failure.exitCode,
    duration_ms: Math.round(durationMs),
    retry_ms: Math.round(retryMs),
  };
  const level = FOLLOWS.has(failure.reason) ? "warn" : "error";
  logger[level](
    fields,
    `"${workload}" could not be woken: ${plainLine(failureText(failure.cause))}; not retried for ${timeSpan(retryMs)}`,
  );
}

function logEnd(logger: EventLogger, event: Extract<DomainEvent, { type: "ended" }>): void {
  const { type, workload, exit, absent } = event;
  const crashed = exit !== undefined && (exit.oomKilled || exit.code !== 0);
  const fields = { event: type, container: workload, exit_code: exit?.code, oom: exit?.oomKilled };
  const what = absent ? "was removed" : `${endText(exit)}; the next request wakes it`;
  logger[crashed ? "warn" : "info"](fields, `"${workload}" ${what}`);
}

function endText(exit: ExitFacts | undefined): string {
  if (exit === undefined) return "ended";
  const words = exit.message === "" ? "" : `: ${plainLine(exit.message)}`;
  return exit.oomKilled ? `ran out of memory${words}` : `ended with exit code ${exit.code}${words}`;
}

const FOLLOWS: ReadonlySet<Failure["reason"]> = new Set(["dependency", "engine"]);

const STOP_TEXTS: Readonly<Record<StopReason, string>> = {
  idle: "idle",
  schedule: "schedule",
  admin: "by an administrator",
  suspend: "suspended",
  unneeded: "no container needs it any more",
  pause: "idle, paused",
};

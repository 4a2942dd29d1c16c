import type { DomainEvent } from "./events.ts";
import type { WakeCause } from "./wake-cause.ts";
import type { ExitFacts } from "./observation.ts";
import { failureText } from "./failure.ts";
import { plainLine } from "./plain-line.ts";
import type { NotifyEvent } from "./settings.ts";
import { timeSpan } from "./time-span.ts";
import type { StopReason } from "./workload-state.ts";

/** The notification of one event; its JSON and templates use the same names. */
export interface Notification {
  readonly event: NotifyEvent;
  readonly container: string;
  /** A few words that name the container. */
  readonly title: string;
  /** One plain sentence. */
  readonly message: string;
  /** ISO 8601, in UTC. */
  readonly at: string;
  /** The cause of a wake, the reason of a stop, or the kind of a failure; may be empty. */
  readonly reason: string;
  /** How long the wake or the stop took; `null` for other events. */
  readonly duration_ms: number | null;
  readonly awake_ms: number | null;
  readonly retry_ms: number | null;
  readonly exit_code: number | null;
}

/** Describes each field, for the generated documentation; templates may use no others. */
export const NOTIFICATION_FIELDS: Readonly<Record<keyof Notification, string>> = {
  event: "`wake`, `ready`, `stop` or `failed`.",
  container: "The container's name.",
  title: "A few words: `app is ready`.",
  message: "One sentence: `It answers after 1.24 s.`",
  at: "When it happened, such as `2026-06-01T12:00:00.000Z`.",
  reason:
    "wake and ready: what caused the wake (`request`, `auth`, `admin`, `schedule`, `dependency`, `scale`). stop: `idle`, `schedule`, `admin`, `suspend`, `unneeded`, `pause`. failed: `exited`, `oom`, `timeout`, `image`, `unschedulable`, `unhealthy`, `absent`, `engine`, `refused`, `dependency`, `network`, `tls`, `crashed`, `stop`, `killed`.",
  duration_ms: "ready and failed: how long the wake took. stop: how long the stop took.",
  awake_ms: "stop: how long it was awake.",
  retry_ms: "failed: how long requests get the failure before the next try.",
  exit_code: "failed: the exit code, where there is one.",
};

/** Returns the notification of an event, or `undefined` for an event without one. `wallMs` is the time of the event. */
// oxlint-disable-next-line max-lines-per-function -- a table: one case an event
export function toNotification(event: DomainEvent, wallMs: number): Notification | undefined {
  const about = (kind: NotifyEvent, container: string, says: string, rest: MessageFacts): Notification => ({
    ...UNSET,
    ...rest,
    event: kind,
    container,
    title: `${container} ${says}`,
    message: plainLine(rest.message),
    at: new Date(wallMs).toISOString(),
  });

  switch (event.type) {
    case "wake":
      return about("wake", event.workload, "is waking", { message: CAUSE_TEXTS[event.cause], reason: event.cause });
    case "ready": {
      const { workload, durationMs, cause } = event;
      // Without a wake: after a restart of the gateway every running container.
      if (durationMs === undefined) return undefined;
      const message = `It answers after ${timeSpan(durationMs)}.`;
      return about("ready", workload, "is ready", {
        message,
        reason: cause ?? "",
        duration_ms: Math.round(durationMs),
      });
    }
    case "stopped": {
      const { workload, reason, durationMs, awakeMs } = event;
      const message = `${STOP_TEXTS[reason]} It was awake for ${timeSpan(awakeMs)}.`;
      const times = { duration_ms: Math.round(durationMs), awake_ms: Math.round(awakeMs) };
      return about("stop", workload, "sleeps", { message, reason, ...times });
    }
    case "wake-failed": {
      const { workload, failure, durationMs, retryMs } = event;
      return about("failed", workload, "could not be woken", {
        message: `${failureText(failure.cause)}; not retried for ${timeSpan(retryMs)}.`,
        reason: failure.reason,
        duration_ms: Math.round(durationMs),
        retry_ms: Math.round(retryMs),
        exit_code: failure.exitCode ?? null,
      });
    }
    case "killed":
      return about("failed", event.workload, "was killed", {
        message: `It did not end within ${timeSpan(event.timeoutMs)} and was killed: unsaved data is lost.`,
        reason: "killed",
      });
    case "stop-failed":
      return about("failed", event.workload, "could not be stopped", { message: event.message, reason: "stop" });
    case "ended": {
      const { workload, exit } = event;
      if (exit === undefined || !isCrash(exit)) return undefined;
      const message = exit.oomKilled ? "It ran out of memory." : `It ended by itself with exit code ${exit.code}.`;
      return about("failed", workload, "crashed", {
        message: exit.message === "" ? message : `${message} ${exit.message}`,
        reason: exit.oomKilled ? "oom" : "crashed",
        exit_code: exit.code,
      });
    }
    case "vetoed":
    case "never-stopped":
    case "port-silent":
    case "wants-tls":
    case "throttled":
    case "run-over":
    case "suspended":
    case "resumed":
    case "state":
    case "hold":
    case "engine":
    case "settings":
    case "login-failed":
    case "fault":
      return undefined;
  }
}

type MessageFacts = Pick<Notification, "message" | "reason"> & Partial<Notification>;

const UNSET = { duration_ms: null, awake_ms: null, retry_ms: null, exit_code: null };

/** The exit codes 130, 137 and 143 stand for SIGINT, SIGKILL and SIGTERM, with which somebody stopped it. */
function isCrash({ code, oomKilled }: ExitFacts): boolean {
  return oomKilled || ![0, 130, 137, 143].includes(code);
}

const CAUSE_TEXTS: Readonly<Record<WakeCause, string>> = {
  request: "A request arrived.",
  auth: "An auth request arrived.",
  admin: "An administrator woke it.",
  schedule: "Its schedule is due.",
  dependency: "A container that needs it is waking.",
  scale: "Its group needs one more member.",
};

const STOP_TEXTS: Readonly<Record<StopReason, string>> = {
  idle: "It was idle.",
  schedule: "Its schedule is due.",
  admin: "An administrator stopped it.",
  suspend: "An administrator suspended it.",
  unneeded: "No container needs it any more.",
  pause: "It was idle and was paused.",
};

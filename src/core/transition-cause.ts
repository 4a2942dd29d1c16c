import type { WakePhase } from "./decision.ts";
import { type FailureCause, failureText } from "./failure.ts";
import type { WakeCause } from "./wake-cause.ts";
import type { Observation } from "./observation.ts";
import { timeSpan } from "./time-span.ts";
import type { StopReason, WorkloadEvent } from "./workload-state.ts";

/** Why a workload changed its state: a code with its values, from which pages and logs make their own texts. */
export type TransitionCause =
  | { readonly code: WakeCause | StopReason | WakePhase | keyof typeof TEXTS }
  | { readonly code: "seen"; readonly status: Observation["status"]; readonly restarted: boolean }
  | { readonly code: "failed"; readonly cause: FailureCause }
  | { readonly code: "stop-ended"; readonly status: Observation["status"] }
  | { readonly code: "killed"; readonly afterMs: number };

/** Returns the cause of a transition from its event; `wakeCause` is the cause of the last wake. */
export function causeOf(event: WorkloadEvent, wakeCause: WakeCause | undefined): TransitionCause {
  switch (event.type) {
    case "wake":
      return { code: wakeCause ?? "request" };
    case "observed":
      return { code: "seen", status: event.observation.status, restarted: event.restarted };
    case "progress":
      return { code: event.phase };
    case "wake-failed":
      return { code: "failed", cause: event.failure.cause };
    case "sleep":
      return { code: event.reason };
    case "stop-ended":
      return event.killedAfterMs === undefined
        ? { code: "stop-ended", status: event.observation.status }
        : { code: "killed", afterMs: event.killedAfterMs };
    case "answered":
    case "completed":
    case "start-rejected":
    case "targets":
    case "refused":
    case "ending":
    case "arrival":
    case "drained":
    case "vetoed":
      return { code: event.type };
  }
}

/** Formats a cause for programs and logs. */
export function causeText(cause: TransitionCause): string {
  if (cause.code === "seen") return `seen ${cause.status}${cause.restarted ? " again" : ""}`;
  if (cause.code === "failed") return failureText(cause.cause);
  if (cause.code === "stop-ended") return `the stop ended: ${cause.status}`;
  if (cause.code === "killed") return `it did not end within ${timeSpan(cause.afterMs)} and was killed`;
  return Object.hasOwn(TEXTS, cause.code) ? TEXTS[cause.code as keyof typeof TEXTS] : cause.code;
}

const TEXTS = {
  answered: "it answers",
  completed: "it completed",
  "start-rejected": "the engine rejected the start",
  targets: "its instances changed",
  refused: "it refused a connection",
  ending: "it is terminating",
  arrival: "a request arrived",
  drained: "no open requests",
  vetoed: "it is in use",
} as const;

import type { WakePhase } from "./decision.ts";
import type { Failure } from "./failure.ts";
import type { Endpoint, ExitFacts, Observation } from "./observation.ts";

/**
 * The state of one workload; each status has its own data. `run` is the number of the job (wake, probe, drain, stop)
 * that the status owns; a result with another number is late and dropped.
 */
export type WorkloadState =
  | {
      readonly status: "unseen";
      readonly sinceMs: number;
      /** It must stop, for this reason, if it turns out to be running. */
      readonly stopNext?: StopReason;
    }
  | { readonly status: "absent"; readonly sinceMs: number }
  | { readonly status: "asleep"; readonly sinceMs: number; readonly exit: ExitFacts | undefined }
  | { readonly status: "paused"; readonly sinceMs: number }
  | {
      readonly status: "starting";
      readonly sinceMs: number;
      readonly run: number;
      readonly phase: WakePhase;
      /** It must stop, for this reason, after the engine has started it; an engine may lose a stop during a start. */
      readonly stopNext?: StopReason;
    }
  | { readonly status: "unready"; readonly sinceMs: number; readonly run: number }
  | {
      readonly status: "ready";
      readonly sinceMs: number;
      /** Where requests may go: one address for each instance that answers; never empty. */
      readonly targets: readonly Endpoint[];
    }
  | {
      readonly status: "draining";
      readonly sinceMs: number;
      readonly run: number;
      readonly reason: StopReason;
      /** Set if it was ready before; an arrival then makes it ready again. */
      readonly targets: readonly Endpoint[] | undefined;
      /** A request arrived although it must stop: wake it again after the stop. */
      readonly wakeNext: boolean;
    }
  | {
      readonly status: "stopping";
      readonly sinceMs: number;
      readonly run: number;
      readonly reason: StopReason;
      /** A request arrived meanwhile: wake it again after the stop. */
      readonly wakeNext: boolean;
    }
  | {
      readonly status: "failed";
      readonly sinceMs: number;
      readonly run: number;
      readonly failure: Failure;
      /** Requests before this time get the failure; later ones start a new try. */
      readonly retryAtMs: number;
      /** The engine runs it, but it does not answer (yet). */
      readonly runs?: boolean;
      /** The engine has not answered the start request yet, so the workload may still start. */
      readonly startPending?: boolean;
      /** It must stop, for this reason, if that start succeeds after all. */
      readonly stopNext?: StopReason;
    };

/** All statuses in the order of a life cycle, as metrics and the status API list them. */
export const STATUS_NAMES = [
  "unseen",
  "absent",
  "asleep",
  "paused",
  "starting",
  "unready",
  "ready",
  "draining",
  "stopping",
  "failed",
] as const satisfies readonly WorkloadState["status"][];

/** Why a workload is stopped. */
export type StopReason = "idle" | "schedule" | "admin" | "suspend" | "unneeded" | "pause";

/** What can happen to a workload; the input of `transition`. */
export type WorkloadEvent =
  /** It must wake. `force` (an administrator's retry) ends a cool-down. */
  | { readonly type: "wake"; readonly force?: boolean }
  /** The result of an observation. `restarted`: another container (id) or run (start time, address) than before. */
  | { readonly type: "observed"; readonly observation: Observation; readonly restarted: boolean }
  | { readonly type: "progress"; readonly run: number; readonly phase: WakePhase }
  | {
      readonly type: "answered";
      readonly run: number;
      readonly endpoint: Endpoint;
      /** It was running and answered before a wake began. */
      readonly wasAwake?: boolean;
    }
  /** A one-shot ended with exit code 0, as its dependents require. */
  | { readonly type: "completed"; readonly run: number; readonly exit: ExitFacts }
  | {
      readonly type: "wake-failed";
      readonly run: number;
      readonly failure: Failure;
      readonly retryAtMs: number;
      /** The engine runs it, but it does not answer (yet). */
      readonly runs?: boolean;
      /** The engine has not answered the start request yet. */
      readonly startPending?: boolean;
    }
  /** The engine rejected a start, perhaps long after the wake has failed. */
  | { readonly type: "start-rejected" }
  /** One of several instances became ready or ends; these are the targets now. */
  | { readonly type: "targets"; readonly targets: readonly Endpoint[] }
  /** The app was ready, but refused a connection. */
  | { readonly type: "refused"; readonly endpoint: Endpoint }
  /** The engine reports that it is terminating, without a stop of ours. */
  | { readonly type: "ending" }
  | { readonly type: "sleep"; readonly reason: StopReason }
  /** A request arrived while draining. */
  | { readonly type: "arrival" }
  /** A drain has ended: nothing is open any more, or there is a veto. */
  | { readonly type: "drained"; readonly run: number }
  | { readonly type: "vetoed"; readonly run: number }
  | {
      readonly type: "stop-ended";
      readonly run: number;
      readonly observation: Observation;
      /** Set if it did not end within this time and was killed. */
      readonly killedAfterMs?: number | undefined;
    };

/** A job to start after a transition, one function each. `cancel` ends the job of the previous status. */
export type Effect = "cancel" | "wake" | "probe" | "drain" | "stop";

/** The result of applying an event: the new state, and the jobs to start. */
export interface Transition {
  readonly state: WorkloadState;
  readonly effects: readonly Effect[];
}

/** Returns whether a request that arrives during the drain undoes the stop, instead of waiting for a new start. */
export function canBeUndone(reason: StopReason): boolean {
  return reason === "idle" || reason === "unneeded" || reason === "pause";
}

/** Returns true while the engine runs it, as far as we know. */
export function isAwake(state: WorkloadState): boolean {
  if (state.status === "failed") return state.runs === true;
  return state.status === "ready" || state.status === "unready" || state.status === "draining";
}

/** Returns true from the start of a wake until a stop begins. */
export function isWakingOrReady({ status }: WorkloadState): boolean {
  return status === "starting" || status === "unready" || status === "ready";
}

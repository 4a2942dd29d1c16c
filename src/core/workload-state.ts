import type { WakePhase } from "./decision.ts";
import type { Failure } from "./failure.ts";
import type { Endpoint, ExitFacts, Observation } from "./observation.ts";

/**
 * The state of one workload, with the data that only this status has. `run` numbers the job (wake, probe, drain, stop)
 * that the status owns: a result with another number is late and dropped.
 */
export type WorkloadState =
  | {
      readonly status: "unseen";
      readonly sinceMs: number;
      /** It must stop, for this reason, should it turn out to run. */
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
      /** It must stop, for this reason, as soon as the engine's start has ended: a stop during a start may be lost. */
      readonly stopNext?: StopReason;
    }
  | { readonly status: "unready"; readonly sinceMs: number; readonly run: number }
  | {
      readonly status: "ready";
      readonly sinceMs: number;
      /** Where requests may go: one address for each of its instances that answers; never empty. */
      readonly targets: readonly Endpoint[];
    }
  | {
      readonly status: "draining";
      readonly sinceMs: number;
      readonly run: number;
      readonly reason: StopReason;
      /** Set when it was ready before: an arrival then makes it ready again. */
      readonly targets: readonly Endpoint[] | undefined;
      /** A request arrived although it must stop: wake it as soon as it has ended. */
      readonly wakeNext: boolean;
    }
  | {
      readonly status: "stopping";
      readonly sinceMs: number;
      readonly run: number;
      readonly reason: StopReason;
      /** A request arrived meanwhile: wake it as soon as it has ended. */
      readonly wakeNext: boolean;
    }
  | {
      readonly status: "failed";
      readonly sinceMs: number;
      readonly run: number;
      readonly failure: Failure;
      /** Requests before this time get the failure, later ones a new try. */
      readonly retryAtMs: number;
      /** The engine runs it all the same: it does not answer (yet). */
      readonly runs?: boolean;
      /** The engine has not answered the call to start it, so that it may run later. */
      readonly startPending?: boolean;
      /** It must stop, for this reason, if that start succeeds after all. */
      readonly stopNext?: StopReason;
    };

/** All statuses, in the order of a life; metrics and the status API list them. */
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

export type StopReason = "idle" | "schedule" | "admin" | "suspend" | "unneeded" | "pause";

export type WorkloadEvent =
  /** A request for it. `force` (an administrator's retry) ends a cool-down. */
  | { readonly type: "wake"; readonly force?: boolean }
  /**
   * The result of an observation. `restarted`: not the same container (another id), nor the run that was ready (another
   * start time or address).
   */
  | { readonly type: "observed"; readonly observation: Observation; readonly restarted: boolean }
  | { readonly type: "progress"; readonly run: number; readonly phase: WakePhase }
  | { readonly type: "answered"; readonly run: number; readonly endpoint: Endpoint }
  /** A one-shot ended with exit code 0, as its dependents require. */
  | { readonly type: "completed"; readonly run: number; readonly exit: ExitFacts }
  | {
      readonly type: "wake-failed";
      readonly run: number;
      readonly failure: Failure;
      readonly retryAtMs: number;
      /** The engine runs it all the same. */
      readonly runs?: boolean;
      /** The engine has not answered the call to start it. */
      readonly startPending?: boolean;
    }
  /** One of several instances answers now, or ends: these are the targets. */
  | { readonly type: "targets"; readonly targets: readonly Endpoint[] }
  /** The app refused a connection although it was ready. */
  | { readonly type: "refused"; readonly endpoint: Endpoint }
  /** The engine reports that it ends by itself, or from outside. */
  | { readonly type: "ending" }
  | { readonly type: "sleep"; readonly reason: StopReason }
  /** A request arrived while draining. */
  | { readonly type: "arrival" }
  /** A stop has nothing more to wait for, or a veto was found. */
  | { readonly type: "drained"; readonly run: number }
  | { readonly type: "vetoed"; readonly run: number }
  | {
      readonly type: "stop-ended";
      readonly run: number;
      readonly observation: Observation;
      /** It did not end by itself in this time and was killed. */
      readonly killedAfterMs?: number | undefined;
    };

/** What the machine must do after a transition; each has one executor. `cancel` ends the job of the status that was left. */
export type Effect = "cancel" | "wake" | "probe" | "drain" | "stop";

export interface Transition {
  readonly state: WorkloadState;
  readonly effects: readonly Effect[];
}

/** Whether an arriving request undoes a stop that is still draining, or is served by a new start after it. */
export function canBeUndone(reason: StopReason): boolean {
  return reason === "idle" || reason === "unneeded" || reason === "pause";
}

/** True while the engine runs it, as far as we know. */
export function isAwake(state: WorkloadState): boolean {
  if (state.status === "failed") return state.runs === true;
  return state.status === "ready" || state.status === "unready" || state.status === "draining";
}

/** True from the start of a wake until a stop begins. */
export function isWakingOrReady({ status }: WorkloadState): boolean {
  return status === "starting" || status === "unready" || status === "ready";
}

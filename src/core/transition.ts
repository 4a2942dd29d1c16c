import { drain, isRunning, keep, settle, start, type Step, stop, undrain, unready } from "./next-states.ts";
import type { Endpoint, Observation } from "./observation.ts";
import {
  canBeUndone,
  type StopReason,
  type Transition,
  type WorkloadEvent,
  type WorkloadState,
} from "./workload-state.ts";

/**
 * Applies an event to the state of a workload. Every meaningful pair of status and event is listed; all others leave
 * the state unchanged. `nextRun` is the number for the job of the new status and must never repeat.
 */
export function transition(state: WorkloadState, event: WorkloadEvent, nowMs: number, nextRun: number): Transition {
  const step: Step = { nowMs, nextRun };
  switch (event.type) {
    case "wake":
      return onWake(state, event.force === true, step);
    case "observed":
      return onObserved(state, event.observation, event.restarted, step);
    case "progress":
      if (state.status !== "starting" || state.run !== event.run || state.phase === event.phase) return keep(state);
      if (state.stopNext !== undefined && event.phase !== "starting") return drain(state.stopNext, step);
      return { state: { ...state, phase: event.phase }, effects: [] };
    case "answered":
      return onAnswered(state, event, step);
    case "completed":
      if (state.status !== "starting" || state.run !== event.run) return keep(state);
      return { state: { status: "asleep", sinceMs: step.nowMs, exit: event.exit }, effects: ["cancel"] };
    case "wake-failed":
      return onWakeFailed(state, event, step);
    case "start-rejected": {
      if (state.status !== "failed" || !state.startPending) return keep(state);
      const { startPending: _, stopNext: __, ...rest } = state; // there is nothing left to stop
      return { state: rest, effects: [] };
    }
    case "refused":
      if (state.status !== "ready" || !state.targets.includes(event.endpoint)) return keep(state);
      return onTargets(
        state,
        state.targets.filter((target) => target !== event.endpoint),
        step,
      );
    case "targets":
      return state.status === "ready" ? onTargets(state, event.targets, step) : keep(state);
    case "ending":
      if (state.status === "draining") return withoutTargets(state);
      return state.status === "ready" ? unready(step) : keep(state);
    case "sleep":
      return onSleep(state, event.reason, step);
    case "arrival":
      return state.status === "draining" && canBeUndone(state.reason) ? undrain(state, step) : keep(state);
    case "vetoed":
      if (state.status !== "draining" || state.run !== event.run) return keep(state);
      return canBeUndone(state.reason) ? undrain(state, step) : stop(state, step);
    case "drained":
      if (state.status !== "draining" || state.run !== event.run) return keep(state);
      return stop(state, step);
    case "stop-ended":
      if (state.status !== "stopping" || state.run !== event.run) return keep(state);
      if (state.wakeNext) return start(step);
      return settle(event.observation, step);
  }
}

function onWake(state: WorkloadState, force: boolean, step: Step): Transition {
  switch (state.status) {
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
    case "unready":
      return start(step);
    case "failed":
      return force || step.nowMs >= state.retryAtMs ? start(step) : keep(state);
    case "draining":
      if (canBeUndone(state.reason) && state.targets === undefined) return start(step);
      if (canBeUndone(state.reason)) return undrain(state, step);
      return state.wakeNext ? keep(state) : { state: { ...state, wakeNext: true }, effects: [] };
    case "stopping":
      return state.wakeNext ? keep(state) : { state: { ...state, wakeNext: true }, effects: [] };
    case "starting": {
      if (state.stopNext === undefined) return keep(state);
      const { stopNext: _, ...rest } = state;
      return { state: rest, effects: [] };
    }
    case "ready":
      return keep(state);
  }
}

function onAnswered(state: WorkloadState, { run, endpoint }: EventOf<"answered">, step: Step): Transition {
  if (!ownsRun(state, run)) return keep(state);
  if (state.status !== "starting" && state.status !== "unready" && state.status !== "failed") return keep(state);
  if (state.status !== "unready" && state.stopNext !== undefined) {
    return drain(state.stopNext, step, [endpoint]);
  }
  return { state: { status: "ready", sinceMs: step.nowMs, targets: [endpoint] }, effects: ["cancel"] };
}

/** The workload stays ready while at least one instance is. */
function onTargets(
  state: Extract<WorkloadState, { status: "ready" }>,
  targets: readonly Endpoint[],
  step: Step,
): Transition {
  return targets.length === 0 ? unready(step) : { state: { ...state, targets }, effects: [] };
}

function onWakeFailed(
  state: WorkloadState,
  { run, failure, retryAtMs, runs = false, startPending = false }: EventOf<"wake-failed">,
  step: Step,
): Transition {
  if (state.status !== "starting" || state.run !== run) return keep(state);
  const { stopNext } = state;
  if (runs && stopNext !== undefined) return drain(stopNext, step);
  const failed = { status: "failed", sinceMs: step.nowMs, run: step.nextRun, failure, retryAtMs, runs } as const;
  return {
    state: { ...failed, ...(startPending && { startPending, ...(stopNext && { stopNext }) }) },
    // The probe continues after the failure: an app that takes longer than its start_timeout still comes up.
    effects: ["cancel", "probe"],
  };
}

/**
 * A request cancels an idle stop; a stop ordered by an administrator or a schedule is remembered until it is possible.
 */
function onSleep(state: WorkloadState, reason: StopReason, step: Step): Transition {
  const isOrder = !canBeUndone(reason);
  switch (state.status) {
    case "ready":
      return drain(reason, step, state.targets);
    case "unready":
      return drain(reason, step);
    case "failed":
      if (state.runs) return drain(reason, step);
      return isOrder && state.startPending ? stopLater(state, reason) : keep(state);
    case "paused":
      return stop({ reason, wakeNext: false }, step);
    case "starting":
      if (!isOrder) return keep(state);
      return state.phase === "starting" ? stopLater(state, reason) : drain(reason, step);
    case "draining":
      if (!isOrder || (state.reason === reason && !state.wakeNext)) return keep(state);
      return { state: { ...state, reason, wakeNext: false }, effects: [] };
    case "stopping":
      return isOrder && state.wakeNext ? { state: { ...state, wakeNext: false }, effects: [] } : keep(state);
    case "unseen":
      return isOrder ? stopLater(state, reason) : keep(state);
    case "absent":
    case "asleep":
      return keep(state);
  }
}

/** Remembers a stop order until the workload runs, because an engine may lose a stop during a start. */
function stopLater(
  state: Extract<WorkloadState, { status: "unseen" | "starting" | "failed" }>,
  reason: StopReason,
): Transition {
  return state.stopNext === reason ? keep(state) : { state: { ...state, stopNext: reason }, effects: [] };
}

function onObserved(state: WorkloadState, observation: Observation, restarted: boolean, step: Step): Transition {
  switch (state.status) {
    case "starting":
    case "stopping":
      return keep(state); // their jobs make their own observations, which are later than this one
    case "unseen":
      return settle(observation, step, state.stopNext);
    case "absent":
    case "asleep":
    case "paused":
      return sameSleep(state, observation) ? keep(state) : settle(observation, step);
    case "failed": {
      const runs = isRunning(observation);
      // Somebody else started or recreated it, so it gets a new probe.
      if (restarted || (runs && !state.runs)) return settle(observation, step, state.stopNext);
      return runs === (state.runs ?? false) ? keep(state) : { state: { ...state, runs }, effects: [] };
    }
    case "unready":
      if (isRunning(observation) && !restarted) return keep(state);
      return settle(observation, step);
    case "ready":
      if (observation.status === "running" && !restarted) return keep(state);
      return settle(observation, step);
    case "draining":
      if (observation.status === "running" && !restarted) return keep(state);
      if (state.wakeNext) return start(step); // no longer running: the stop is done
      if (canBeUndone(state.reason)) return settle(observation, step);
      if (observation.status === "stopped" || observation.status === "absent") return settle(observation, step);
      // A new run or a paused container must stop as well; the requests of the earlier run are over.
      return withoutTargets(state);
  }
}

/** The drain continues, but if it is undone, the workload must answer a probe before it gets a request. */
function withoutTargets(state: Extract<WorkloadState, { status: "draining" }>): Transition {
  return state.targets === undefined ? keep(state) : { state: { ...state, targets: undefined }, effects: [] };
}

function sameSleep(state: WorkloadState, observation: Observation): boolean {
  if (state.status === "asleep") return observation.status === "stopped";
  return state.status === observation.status;
}

type EventOf<Type extends WorkloadEvent["type"]> = Extract<WorkloadEvent, { type: Type }>;

function ownsRun(state: WorkloadState, run: number): boolean {
  return "run" in state && state.run === run;
}

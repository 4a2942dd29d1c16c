import type { Endpoint, Observation } from "./observation.ts";
import {
  canBeUndone,
  type Effect,
  type StopReason,
  type Transition,
  type WorkloadEvent,
  type WorkloadState,
} from "./workload-state.ts";

/**
 * The whole life of a workload as a table: every pair of status and event that means something is listed, every other
 * one leaves the state as it is. `nextRun` numbers the job of a status that owns one; it must never repeat.
 */
export function transition(state: WorkloadState, event: WorkloadEvent, nowMs: number, nextRun: number): Transition {
  switch (event.type) {
    case "wake":
      return onWake(state, event.force === true, nowMs, nextRun);
    case "observed":
      return onObserved(state, event.observation, event.restarted, nowMs, nextRun);
    case "progress":
      if (state.status !== "starting" || state.run !== event.run || state.phase === event.phase) return keep(state);
      if (state.stopNext !== undefined && event.phase !== "starting") return drain(state.stopNext, nowMs, nextRun);
      return { state: { ...state, phase: event.phase }, effects: [] };
    case "answered":
      if (!ownsRun(state, event.run)) return keep(state);
      if (state.status === "starting" && state.stopNext !== undefined) {
        return drain(state.stopNext, nowMs, nextRun, event.endpoint);
      }
      if (state.status === "starting" || state.status === "unready" || state.status === "failed") {
        return { state: { status: "ready", sinceMs: nowMs, endpoint: event.endpoint }, effects: ["cancel"] };
      }
      return keep(state);
    case "completed":
      if (state.status !== "starting" || state.run !== event.run) return keep(state);
      return { state: { status: "asleep", sinceMs: nowMs, exit: event.exit }, effects: ["cancel"] };
    case "wake-failed": {
      if (state.status !== "starting" || state.run !== event.run) return keep(state);
      const { failure, retryAtMs, runs = false } = event;
      if (runs && state.stopNext !== undefined) return drain(state.stopNext, nowMs, nextRun);
      // The probe goes on behind the failure: an app that takes longer than its start_timeout still comes up.
      return {
        state: { status: "failed", sinceMs: nowMs, run: nextRun, failure, retryAtMs, runs },
        effects: ["cancel", "probe"],
      };
    }
    case "refused":
      if (state.status !== "ready" || state.endpoint !== event.endpoint) return keep(state);
      return unready(nowMs, nextRun);
    case "ending":
      return state.status === "ready" ? unready(nowMs, nextRun) : keep(state);
    case "sleep":
      return onSleep(state, event.reason, nowMs, nextRun);
    case "arrival":
      return state.status === "draining" && canBeUndone(state.reason) ? undrain(state, nowMs, nextRun) : keep(state);
    case "vetoed":
      if (state.status !== "draining" || state.run !== event.run) return keep(state);
      return canBeUndone(state.reason) ? undrain(state, nowMs, nextRun) : stop(state, nowMs, nextRun);
    case "drained":
      if (state.status !== "draining" || state.run !== event.run) return keep(state);
      return stop(state, nowMs, nextRun);
    case "stop-ended":
      if (state.status !== "stopping" || state.run !== event.run) return keep(state);
      if (state.wakeNext) return start(nowMs, nextRun);
      return settle(event.observation, nowMs, nextRun);
  }
}

function onWake(state: WorkloadState, force: boolean, nowMs: number, nextRun: number): Transition {
  switch (state.status) {
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
    case "unready":
      return start(nowMs, nextRun);
    case "failed":
      return force || nowMs >= state.retryAtMs ? start(nowMs, nextRun) : keep(state);
    case "draining":
      if (canBeUndone(state.reason) && state.endpoint === undefined) return start(nowMs, nextRun);
      if (canBeUndone(state.reason)) return undrain(state, nowMs, nextRun);
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

/** Idleness waits for a moment of rest; what a person or a schedule orders is kept until it can be done. */
function onSleep(state: WorkloadState, reason: StopReason, nowMs: number, nextRun: number): Transition {
  const isOrder = !canBeUndone(reason);
  switch (state.status) {
    case "ready":
      return drain(reason, nowMs, nextRun, state.endpoint);
    case "unready":
      return drain(reason, nowMs, nextRun);
    case "failed":
      return state.runs ? drain(reason, nowMs, nextRun) : keep(state);
    case "paused":
      return stop({ reason, wakeNext: false }, nowMs, nextRun);
    case "starting":
      if (!isOrder || state.stopNext === reason) return keep(state);
      if (state.phase !== "starting") return drain(reason, nowMs, nextRun);
      return { state: { ...state, stopNext: reason }, effects: [] };
    case "draining":
      if (!isOrder || (state.reason === reason && !state.wakeNext)) return keep(state);
      return { state: { ...state, reason, wakeNext: false }, effects: [] };
    case "stopping":
      return isOrder && state.wakeNext ? { state: { ...state, wakeNext: false }, effects: [] } : keep(state);
    case "unseen":
    case "absent":
    case "asleep":
      return keep(state);
  }
}

function onObserved(
  state: WorkloadState,
  observation: Observation,
  restarted: boolean,
  nowMs: number,
  nextRun: number,
): Transition {
  switch (state.status) {
    case "starting":
    case "stopping":
      return keep(state); // their jobs look for themselves, later than this observation was made
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
      return sameSleep(state, observation) ? keep(state) : settle(observation, nowMs, nextRun);
    case "failed": {
      const runs = isRunning(observation);
      // Somebody else has started it, or made it anew: it deserves a new look, whatever happened when we tried.
      if (restarted || (runs && !state.runs)) return settle(observation, nowMs, nextRun);
      return runs === (state.runs ?? false) ? keep(state) : { state: { ...state, runs }, effects: [] };
    }
    case "unready":
      if (isRunning(observation) && !restarted) return keep(state);
      return settle(observation, nowMs, nextRun);
    case "ready":
    case "draining":
      if (observation.status === "running" && !restarted) return keep(state);
      if (state.status === "draining" && state.wakeNext) return start(nowMs, nextRun); // its end has come by itself
      return settle(observation, nowMs, nextRun);
  }
}

/** The status that an engine's word leads to when nothing of ours is under way. */
function settle(observation: Observation, nowMs: number, nextRun: number): Transition {
  switch (observation.status) {
    case "absent":
      return { state: { status: "absent", sinceMs: nowMs }, effects: ["cancel"] };
    case "stopped":
      return { state: { status: "asleep", sinceMs: nowMs, exit: observation.exit }, effects: ["cancel"] };
    case "paused":
      return { state: { status: "paused", sinceMs: nowMs }, effects: ["cancel"] };
    case "running":
    case "restarting":
      return unready(nowMs, nextRun);
  }
}

function isRunning({ status }: Observation): boolean {
  return status === "running" || status === "restarting";
}

function sameSleep(state: WorkloadState, observation: Observation): boolean {
  if (state.status === "asleep") return observation.status === "stopped";
  return state.status === observation.status;
}

function undrain(state: Extract<WorkloadState, { status: "draining" }>, nowMs: number, nextRun: number): Transition {
  if (state.endpoint === undefined) return unready(nowMs, nextRun);
  return { state: { status: "ready", sinceMs: nowMs, endpoint: state.endpoint }, effects: ["cancel"] };
}

function start(nowMs: number, nextRun: number): Transition {
  const state = { status: "starting", sinceMs: nowMs, run: nextRun, phase: "starting" } as const;
  return { state, effects: ["cancel", "wake"] };
}

/** `endpoint` is set when it was ready before: an arrival then makes it ready again. */
function drain(reason: StopReason, nowMs: number, nextRun: number, endpoint?: Endpoint): Transition {
  const state = { status: "draining", sinceMs: nowMs, run: nextRun, reason, endpoint, wakeNext: false } as const;
  return { state, effects: ["cancel", "drain"] };
}

function stop(
  { reason, wakeNext }: { reason: StopReason; wakeNext: boolean },
  nowMs: number,
  nextRun: number,
): Transition {
  const state = { status: "stopping", sinceMs: nowMs, run: nextRun, reason, wakeNext } as const;
  return { state, effects: ["cancel", "stop"] };
}

function unready(nowMs: number, nextRun: number): Transition {
  return { state: { status: "unready", sinceMs: nowMs, run: nextRun }, effects: ["cancel", "probe"] };
}

function ownsRun(state: WorkloadState, run: number): boolean {
  return "run" in state && state.run === run;
}

const NO_EFFECTS: readonly Effect[] = [];

function keep(state: WorkloadState): Transition {
  return { state, effects: NO_EFFECTS };
}

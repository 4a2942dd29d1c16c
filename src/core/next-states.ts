import type { Endpoint, Observation } from "./observation.ts";
import type { Effect, StopReason, Transition, WorkloadState } from "./workload-state.ts";

/** What every transition needs: the time, and the number for the job of a new status. */
export interface Step {
  readonly nowMs: number;
  readonly nextRun: number;
}

/**
 * Returns the state that matches an observation while no job of ours is in progress. With `order`, a workload that runs
 * must stop for this reason.
 */
export function settle(observation: Observation, step: Step, order?: StopReason): Transition {
  if (order !== undefined && isRunning(observation)) return drain(order, step);
  if (order !== undefined && observation.status === "paused") {
    return stop({ reason: order, wakeNext: false }, step);
  }
  switch (observation.status) {
    case "absent":
      return { state: { status: "absent", sinceMs: step.nowMs }, effects: ["cancel"] };
    case "stopped":
      return { state: { status: "asleep", sinceMs: step.nowMs, exit: observation.exit }, effects: ["cancel"] };
    case "paused":
      return { state: { status: "paused", sinceMs: step.nowMs }, effects: ["cancel"] };
    case "running":
    case "restarting":
      return unready(step);
  }
}

/** Undoes a drain: the workload is `ready` again if it was before. */
export function undrain(state: Extract<WorkloadState, { status: "draining" }>, step: Step): Transition {
  if (state.targets === undefined) return unready(step);
  return { state: { status: "ready", sinceMs: step.nowMs, targets: state.targets }, effects: ["cancel"] };
}

/** Begins a wake. */
export function start(step: Step): Transition {
  const state = { status: "starting", sinceMs: step.nowMs, run: step.nextRun, phase: "starting" } as const;
  return { state, effects: ["cancel", "wake"] };
}

/** Begins a drain. `targets` is set if it was ready before: an arrival then makes it ready again. */
export function drain(reason: StopReason, step: Step, targets?: readonly Endpoint[]): Transition {
  const state = {
    status: "draining",
    sinceMs: step.nowMs,
    run: step.nextRun,
    reason,
    targets,
    wakeNext: false,
  } as const;
  return { state, effects: ["cancel", "drain"] };
}

/** Begins the stop itself. */
export function stop({ reason, wakeNext }: { reason: StopReason; wakeNext: boolean }, step: Step): Transition {
  const state = { status: "stopping", sinceMs: step.nowMs, run: step.nextRun, reason, wakeNext } as const;
  return { state, effects: ["cancel", "stop"] };
}

/** Returns the state of a running workload whose probe has yet to succeed. */
export function unready(step: Step): Transition {
  return { state: { status: "unready", sinceMs: step.nowMs, run: step.nextRun }, effects: ["cancel", "probe"] };
}

const NO_EFFECTS: readonly Effect[] = [];

/** Returns the transition that changes nothing. */
export function keep(state: WorkloadState): Transition {
  return { state, effects: NO_EFFECTS };
}

/** Returns true while the engine runs it. */
export function isRunning({ status }: Observation): boolean {
  return status === "running" || status === "restarting";
}

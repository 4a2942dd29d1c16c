import type { Endpoint, Observation } from "./observation.ts";
import type { Effect, StopReason, Transition, WorkloadState } from "./workload-state.ts";

/** What every change needs: its time, and the number of the job that a new status owns. */
export interface Step {
  readonly nowMs: number;
  readonly nextRun: number;
}

/** Follows an observation while nothing of ours is under way; `order`: it must stop for this reason if it is up. */
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

/** Undoes a drain: `ready` again if it was that before. */
export function undrain(state: Extract<WorkloadState, { status: "draining" }>, step: Step): Transition {
  if (state.targets === undefined) return unready(step);
  return { state: { status: "ready", sinceMs: step.nowMs, targets: state.targets }, effects: ["cancel"] };
}

/** Begins a wake. */
export function start(step: Step): Transition {
  const state = { status: "starting", sinceMs: step.nowMs, run: step.nextRun, phase: "starting" } as const;
  return { state, effects: ["cancel", "wake"] };
}

/** `targets` is set when it was ready before: an arrival then makes it ready again. */
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

/** It runs, and a probe finds out when it answers. */
export function unready(step: Step): Transition {
  return { state: { status: "unready", sinceMs: step.nowMs, run: step.nextRun }, effects: ["cancel", "probe"] };
}

const NO_EFFECTS: readonly Effect[] = [];

/** Leaves everything as it is. */
export function keep(state: WorkloadState): Transition {
  return { state, effects: NO_EFFECTS };
}

/** True while the engine runs it. */
export function isRunning({ status }: Observation): boolean {
  return status === "running" || status === "restarting";
}

import { type Observation, oneInstance } from "../../src/core/observation.ts";
import type { StopReason, WorkloadEvent, WorkloadState } from "../../src/core/workload-state.ts";

/** The time of every event, the run of every job, and the number of the next run. */
export const NOW = 1_000;
export const RUN = 7;
export const NEXT = 8;

const endpoint = { host: "10.0.0.2", port: 80, published: false };
const elsewhere = { host: "10.0.0.3", port: 80, published: false };
const exit = { code: 0, oomKilled: false, message: "", atMs: 1 };
const failure = { reason: "exited", cause: { code: "refused", message: "it ended" }, exitCode: 1, atMs: 1 } as const;
const starting = { status: "starting", sinceMs: 0, run: RUN } as const;
const draining = { status: "draining", sinceMs: 0, run: RUN, targets: [endpoint], wakeNext: false } as const;
const stopping = { status: "stopping", sinceMs: 0, run: RUN, reason: "idle" } as const;
const failed = { status: "failed", sinceMs: 0, run: RUN, failure } as const;

/** Every status, in every variant that matters. */
export const STATES: Readonly<Record<string, WorkloadState>> = {
  unseen: { status: "unseen", sinceMs: 0 },
  "unseen>stop": { status: "unseen", sinceMs: 0, stopNext: "admin" },
  absent: { status: "absent", sinceMs: 0 },
  asleep: { status: "asleep", sinceMs: 0, exit: undefined },
  paused: { status: "paused", sinceMs: 0 },
  starting: { ...starting, phase: "starting" },
  waiting: { ...starting, phase: "waiting" },
  "starting>stop": { ...starting, phase: "starting", stopNext: "admin" },
  unready: { status: "unready", sinceMs: 0, run: RUN },
  ready: { status: "ready", sinceMs: 0, targets: [endpoint] },
  "ready×2": { status: "ready", sinceMs: 0, targets: [endpoint, elsewhere] },
  draining: { ...draining, reason: "idle" },
  "draining?": { ...draining, reason: "idle", targets: undefined },
  "draining!": { ...draining, reason: "admin" },
  "draining?(admin)": { ...draining, reason: "admin", targets: undefined },
  "draining!>wake": { ...draining, reason: "admin", wakeNext: true },
  stopping: { ...stopping, wakeNext: false },
  "stopping>wake": { ...stopping, wakeNext: true },
  failed: { ...failed, retryAtMs: NOW + 1 },
  "failed/over": { ...failed, retryAtMs: NOW },
  "failed/runs": { ...failed, retryAtMs: NOW + 1, runs: true },
  "failed/late": { ...failed, retryAtMs: NOW + 1, startPending: true },
  "failed/late>stop": { ...failed, retryAtMs: NOW + 1, startPending: true, stopNext: "admin" },
};

function observed(status: Observation["status"], restarted = false): WorkloadEvent {
  const observation = {
    name: "app",
    id: "x",
    status,
    health: "none",
    image: "",
    ...oneInstance("x", [endpoint], 1),
  } as const;
  const ended = status === "stopped" ? exit : undefined;
  return { type: "observed", observation: { ...observation, startedAtMs: 1, exit: ended }, restarted };
}

function stopEnded(status: Observation["status"]): WorkloadEvent {
  const event = observed(status);
  if (event.type !== "observed") throw new TypeError("never");
  return { type: "stop-ended", run: RUN, observation: event.observation };
}

/** Every event, in every variant that matters. */
export const EVENTS: Readonly<Record<string, WorkloadEvent>> = {
  wake: { type: "wake" },
  "wake!": { type: "wake", force: true },
  absent: observed("absent"),
  stopped: observed("stopped"),
  running: observed("running"),
  anew: observed("running", true),
  "anew, stopped": observed("stopped", true),
  paused: observed("paused"),
  restarting: observed("restarting"),
  "to starting": { type: "progress", run: RUN, phase: "starting" },
  "to waiting": { type: "progress", run: RUN, phase: "waiting" },
  answered: { type: "answered", run: RUN, endpoint },
  completed: { type: "completed", run: RUN, exit },
  fails: { type: "wake-failed", run: RUN, failure, retryAtMs: NOW + 1 },
  "fails, runs": { type: "wake-failed", run: RUN, failure, retryAtMs: NOW + 1, runs: true },
  "fails, start pending": { type: "wake-failed", run: RUN, failure, retryAtMs: NOW + 1, startPending: true },
  "start rejected": { type: "start-rejected" },
  refused: { type: "refused", endpoint },
  "refused elsewhere": { type: "refused", endpoint: elsewhere },
  "one more": { type: "targets", targets: [endpoint, elsewhere] },
  "none left": { type: "targets", targets: [] },
  ending: { type: "ending" },
  "sleep idle": { type: "sleep", reason: "idle" },
  "sleep admin": { type: "sleep", reason: "admin" },
  "sleep schedule": { type: "sleep", reason: "schedule" },
  arrival: { type: "arrival" },
  drained: { type: "drained", run: RUN },
  vetoed: { type: "vetoed", run: RUN },
  "stop ended": stopEnded("stopped"),
  "stop ended, runs": stopEnded("running"),
};

/**
 * Returns the name of a state in the tables. `draining!` cannot be undone, `draining?` never answered, `>` precedes the
 * next state.
 */
export function nameOf(state: WorkloadState): string {
  switch (state.status) {
    case "starting": {
      return `${state.phase}${orderOf(state)}`;
    }
    case "draining": {
      const reason = state.reason === "idle" ? "" : state.reason === "admin" ? "!" : `(${state.reason})`;
      const known = state.targets === undefined ? "?" : "";
      const how = known === "?" && reason === "!" ? "(admin)" : reason;
      return `draining${known}${how}${state.wakeNext ? ">wake" : ""}`;
    }
    case "stopping":
      return `stopping${state.wakeNext ? ">wake" : ""}${state.reason === "idle" ? "" : `(${state.reason})`}`;
    case "failed":
      if (state.startPending) return `failed/late${orderOf(state)}`;
      return state.runs ? "failed/runs" : state.retryAtMs <= NOW ? "failed/over" : "failed";
    case "unseen":
      return `unseen${orderOf(state)}`;
    case "absent":
    case "asleep":
    case "paused":
    case "unready":
      return state.status;
    case "ready":
      return state.targets.length > 1 ? "ready×2" : "ready";
  }
}

function orderOf({ stopNext }: { readonly stopNext?: StopReason }): string {
  if (stopNext === undefined) return "";
  return stopNext === "admin" ? ">stop" : `>stop(${stopNext})`;
}

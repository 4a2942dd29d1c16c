import { transition } from "../core/transition.ts";
import { type Effect, isAwake, type WorkloadEvent, type WorkloadState } from "../core/workload-state.ts";
import { closeOrOpenGate } from "./gate.ts";
import { settleWaiters } from "./hold.ts";
import type { House } from "./house.ts";
import { notify } from "./notify.ts";
import { report } from "./report.ts";
import type { WorkloadRecord } from "./record.ts";

/** A job that a status owns: it ends by dispatching, or is aborted when the status is left. */
export type Job = (house: House, record: WorkloadRecord, run: number, signal: AbortSignal) => Promise<void>;

export type Jobs = Readonly<Record<Exclude<Effect, "cancel">, Job>>;

/** Applies `event` and everything that follows from it: gate, waiters, timer, reports, jobs. True if the state changed. */
export function dispatch(house: House, jobs: Jobs, record: WorkloadRecord, event: WorkloadEvent): boolean {
  const before = record.state;
  const now = house.clock.now();
  const { state, effects } = transition(before, event, now, record.lastRun + 1);
  if (state === before) return false;

  record.state = state;
  if ("run" in state) record.lastRun = Math.max(record.lastRun, state.run);
  if (effects.includes("cancel")) record.job?.abort();
  keepTimes(record, before, now);
  report(house, record, before, event);
  closeOrOpenGate(record, house.clock.wall());
  follow(house, record, now);
  for (const effect of effects) if (effect !== "cancel") startJob(house, record, jobs[effect]);
  house.remember();
  return true;
}

/** Whoever depends on the change hears of it: waiters, long polls, the timers of neighbours. */
function follow(house: House, record: WorkloadRecord, now: number): void {
  settleWaiters(record, now);
  notify(record.watchers);
  house.rearm(record);
  for (const { record: dependency } of record.dependencies) house.rearm(dependency);
  for (const dependent of record.dependents) {
    closeOrOpenGate(dependent, house.clock.wall());
    follow(house, dependent, now);
  }
  if (record.waiters.size > 0) house.wake(record, "request");
}

function startJob(house: House, record: WorkloadRecord, job: Job): void {
  const { state } = record;
  if (!("run" in state)) return; // a reaction to the change has already moved it on
  const abort = new AbortController();
  record.job = abort;
  job(house, record, state.run, abort.signal).catch((error: unknown) => {
    house.emit({ type: "fault", message: `the ${state.status} job of "${record.name}" broke`, detail: String(error) });
  });
}

function keepTimes(record: WorkloadRecord, before: WorkloadState, now: number): void {
  const was = runs(before);
  const is = runs(record.state);
  if (is && !was) {
    if (before.status !== "unseen") record.asleepMs += now - record.asleepSinceMs;
    record.awakeSinceMs = now;
    record.throttled = false;
    // Counts from the moment it was first seen, unless this very run was visited before the gateway came up.
    const startedAtMs = record.observation?.startedAtMs ?? now;
    if (before.status !== "unseen" || record.lastActivityMs < startedAtMs) record.lastActivityMs = now;
  }
  if (was && !is) {
    record.asleepSinceMs = now;
    record.keepUntilMs = record.pinnedUntilMs;
    for (const { record: dependency } of record.dependencies) {
      dependency.lastActivityMs = Math.max(dependency.lastActivityMs, now);
    }
  }
}

/** True while the engine may be running it. */
function runs(state: WorkloadState): boolean {
  const { status } = state;
  return status === "starting" || status === "stopping" || isAwake(state);
}

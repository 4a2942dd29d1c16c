import { noteTargets } from "../reconcile/observe.ts";
import { transition } from "../../core/transition.ts";
import type { Effect, WorkloadEvent, WorkloadState } from "../../core/workload-state.ts";
import { announce, updateGates } from "./follow.ts";
import { followInstances, avoidTarget } from "./follow-instances.ts";
import type { LifecycleContext } from "../context.ts";
import { begins, keepTimes } from "./keep-times.ts";
import { endBrokenJob } from "../wake/end-broken-job.ts";
import type { React } from "./reaction-queue.ts";
import { type Change, noteChange, report } from "./report.ts";
import type { WorkloadRecord } from "./record.ts";
import { noteSilence } from "./silence.ts";
import { unthrottle } from "../stop/throttle.ts";
import { rememberPort } from "../wake/target-port.ts";

/** The job of a status. It ends with a dispatch, or is aborted when the status changes. */
export type Job = (
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
) => Promise<void>;

/** The job of each effect. */
export type Jobs = Readonly<Record<Exclude<Effect, "cancel">, Job>>;

interface DispatchDeps {
  readonly context: LifecycleContext;
  readonly jobs: Jobs;
  readonly react: React;
}

/** Applies `event` to state, record and gates at once, then runs the reactions. */
export function dispatch({ context, jobs, react }: DispatchDeps, record: WorkloadRecord, event: WorkloadEvent): void {
  const before = record.state;
  const { state, effects } = transition(before, event, context.clock.now(), record.lastRun + 1);
  if (state === before) return;

  record.state = state;
  if ("run" in state) record.lastRun = Math.max(record.lastRun, state.run);
  if (effects.includes("cancel")) record.job?.abort();
  keepTimes(context, record, before, event);
  rememberPort(record);
  if (state.status === "ready") noteTargets(record, state.targets);
  noteSilence(record, context.clock.now());
  if (event.type === "refused") avoidTarget(context, record, event.endpoint);
  const affected = updateGates(context, record);
  const change = noteChange(context, record, before, event);
  react(() => {
    report(context, record, change);
    announce(context, record, affected);
    if (begins(change) && record.ownLimits !== undefined) void unthrottle(context, record);
    if (isFrozen(context, record, change)) context.wake(record, "request");
    followInstances(context, record);
    for (const effect of effects) if (effect !== "cancel") startJob(context, record, state, jobs[effect]);
    context.remember(record);
  });
}

/** Resets the state to `unseen`. */
export function resetState(record: WorkloadRecord, nowMs: number): void {
  record.state = { status: "unseen", sinceMs: nowMs };
}

/**
 * Returns true if a request was let in shortly before the late event of a pause, and so may have reached a frozen app.
 */
function isFrozen({ clock }: LifecycleContext, record: WorkloadRecord, { after, event }: Change): boolean {
  const { state, leases, lastArrivalMs } = record;
  if (event.type !== "observed" || after.status !== "paused" || state !== after) return false;
  return leases > 0 && clock.now() - lastArrivalMs <= PAUSE_EVENT_LAG_MS;
}

const PAUSE_EVENT_LAG_MS = 1_000;

function startJob(context: LifecycleContext, record: WorkloadRecord, state: WorkloadState, job: Job): void {
  // A reaction may have changed the state again.
  if (!("run" in state) || !("run" in record.state) || record.state.run !== state.run) return;
  const abort = new AbortController();
  record.job = abort;
  void job(context, record, state.run, abort.signal)
    .catch((fault: unknown) => endBrokenJob(context, record, state.run, fault))
    .finally(() => {
      // Cleared, because it stands for a job in progress, unless another job has begun meanwhile.
      if (record.job === abort) record.job = undefined;
    });
}

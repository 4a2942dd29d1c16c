import { transition } from "../../core/transition.ts";
import type { Effect, WorkloadEvent, WorkloadState } from "../../core/workload-state.ts";
import { follow } from "./follow.ts";
import { followInstances, rest } from "./follow-instances.ts";
import { closeOrOpenGate } from "./gate.ts";
import type { LifecycleContext } from "../context.ts";
import { keepTimes } from "./keep-times.ts";
import { leaveBrokenJob } from "../wake/leave-broken-job.ts";
import { report } from "./report.ts";
import type { WorkloadRecord } from "./record.ts";
import { rememberPort } from "../wake/target-port.ts";

/** A job that a status owns: it ends by dispatching, or is aborted when the status is left. */
export type Job = (
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
) => Promise<void>;

export type Jobs = Readonly<Record<Exclude<Effect, "cancel">, Job>>;

/** Applies `event` and everything that follows from it: gate, waiters, timer, reports, jobs. True if the state changed. */
export function dispatch(context: LifecycleContext, jobs: Jobs, record: WorkloadRecord, event: WorkloadEvent): boolean {
  const before = record.state;
  const now = context.clock.now();
  const { state, effects } = transition(before, event, now, record.lastRun + 1);
  if (state === before) return false;

  record.state = state;
  if ("run" in state) record.lastRun = Math.max(record.lastRun, state.run);
  if (effects.includes("cancel")) record.job?.abort();
  keepTimes(context, record, before, event);
  rememberPort(record);
  if (state.status === "ready") record.runTargets = [...new Set([...record.runTargets, ...state.targets])];
  if (event.type === "refused") rest(context, record, event.endpoint);
  closeOrOpenGate(record, context.clock.wall());
  report(context, record, before, event);
  follow(context, record);
  if (event.type === "observed" && state.status === "paused" && mayNeverBeAnswered(record, now)) {
    context.wake(record, "request");
  }
  followInstances(context, record);
  for (const effect of effects) if (effect !== "cancel") startJob(context, record, state, jobs[effect]);
  context.remember();
  return true;
}

/** The event of a pause arrives late: a request that was let in shortly before it may have reached a frozen app. */
function mayNeverBeAnswered({ leases, lastArrivalMs }: WorkloadRecord, now: number): boolean {
  return leases > 0 && now - lastArrivalMs <= PAUSE_EVENT_LAG_MS;
}

const PAUSE_EVENT_LAG_MS = 1_000;

function startJob(context: LifecycleContext, record: WorkloadRecord, state: WorkloadState, job: Job): void {
  if (!("run" in state) || record.state !== state) return; // a reaction to the change has already moved it on
  const abort = new AbortController();
  record.job = abort;
  job(context, record, state.run, abort.signal).catch((fault: unknown) =>
    leaveBrokenJob(context, record, state.run, fault),
  );
}

import { keepScheduleChange, scheduleChangeOf } from "./schedule-change.ts";
import { nextDeadline, type Deadline, type DeadlineView } from "../../core/next-deadline.ts";
import { follow } from "./follow.ts";
import type { LifecycleContext } from "../context.ts";
import { isOneShot } from "./one-shot.ts";
import type { WorkloadRecord } from "./record.ts";
import { nextSampleMs } from "../usage/sample.ts";
import { recallLeadMs } from "../stop/recall-lead.ts";
import { stopDeletes } from "../stop/stop-deletes.ts";

/** How often wall-clock deadlines are checked, because that clock may be set. */
const WALL_CHECK_MS = 60_000;
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** The pause after a fault, so that a deadline that is due does not cause a busy loop. */
const AFTER_FAULT_MS = 60_000;

/** Carries out what is due at a deadline, perhaps asynchronously. */
export type Act = (record: WorkloadRecord, deadline: Deadline) => Promise<void> | undefined;

/**
 * Sets the only timer of a record to its next deadline. Not necessary after activity: a timer that fires early is set
 * again.
 */
export function rearm(context: LifecycleContext, record: WorkloadRecord, act: Act): void {
  const now = context.clock.now();
  keepScheduleChange(record, context.clock.wall());
  const deadline = nextDue(context, record);
  const { timer } = record;
  if (timer !== undefined && deadline !== undefined && timer.atMs <= deadline.atMs && timer.atMs > now) return;
  clearTimer(record);
  if (deadline === undefined) return;

  // Also with another deadline: after a jump of the wall clock, the schedule may be due first.
  const longest = record.schedule === undefined ? LONGEST_SLEEP_MS : WALL_CHECK_MS;
  const ms = Math.min(Math.max(0, deadline.atMs - now), longest);
  setTimer(context, record, ms, () => fire(context, record, act));
}

function fire(context: LifecycleContext, record: WorkloadRecord, act: Act): void {
  function recover(fault: unknown): void {
    context.emit({ type: "fault", message: `the timer of "${record.name}" failed`, detail: String(fault) });
    clearTimer(record);
    setTimer(context, record, AFTER_FAULT_MS, () => fire(context, record, act));
  }

  try {
    // A wall clock that was set may have opened or closed the schedule without a start or stop.
    if (record.schedule !== undefined) follow(context, record);
    const due = nextDue(context, record);
    if (due !== undefined && due.atMs <= context.clock.now()) act(record, due)?.catch(recover);
    rearm(context, record, act);
  } catch (fault) {
    recover(fault);
  }
}

function setTimer(context: LifecycleContext, record: WorkloadRecord, ms: number, then: () => void): void {
  const abort = new AbortController();
  record.timer = { atMs: context.clock.now() + ms, abort };
  void context.clock.sleep(ms, abort.signal).then(() => {
    if (abort.signal.aborted) return;
    record.timer = undefined;
    then();
  });
}

/** Cancels the timer. */
export function clearTimer(record: WorkloadRecord): void {
  record.timer?.abort.abort();
  record.timer = undefined;
}

/** Returns the deadline, or a reading of the counters that is due before it. */
function nextDue(context: LifecycleContext, record: WorkloadRecord): Deadline | undefined {
  const leadMs = recallLeadMs(context, record);
  const deadline = deadlineOf(context, record);
  const sampleAtMs = nextSampleMs(record, deadline?.atMs);
  const isAll = sampleAtMs === undefined && leadMs === 0;
  return isAll ? deadline : deadlineOf(context, record, { leadMs, ...(sampleAtMs !== undefined && { sampleAtMs }) });
}

/** Returns what happens to this record next, and when; readings of counters are included only with `sampleAtMs`. */
export function deadlineOf(
  context: LifecycleContext,
  record: WorkloadRecord,
  { sampleAtMs, leadMs = 0 }: { readonly sampleAtMs?: number; readonly leadMs?: number } = {},
): Deadline | undefined {
  const { settings, state } = record;
  return nextDeadline({
    state,
    // A recall carries out the deadline itself, so it counts like a lease.
    leases: record.leases + record.waiters.size + (record.recall === undefined ? 0 : 1),
    leadMs,
    dependents: record.dependents.filter((dependent) => keepsAwake(dependent, record)).length + record.tenants.length,
    lastActivityMs: record.lastActivityMs,
    awakeSinceMs: record.awakeSinceMs,
    idleTimeoutMs: isAtRest(record) || stopDeletes(record) ? 0 : settings.idleTimeoutMs,
    dependencyOnly: settings.hosts.length === 0,
    // A one-shot ends by itself; if it were stopped earlier, it would have to start again.
    wokenByUs: record.wokenByUs && !isOneShot(record),
    minUptimeMs: Math.max(settings.minUptimeMs, timeToStart(record)),
    keepUntilMs: Math.max(record.keepUntilMs, record.pinnedUntilMs),
    pauseAfterMs: record.engine.capabilities.pause ? settings.pauseAfterMs : 0,
    throttleAfterMs: record.engine.capabilities.throttle ? settings.throttleAfterMs : 0,
    throttled: record.throttled,
    schedule: scheduleDeadline(context, record),
    suspendedUntilMs: record.suspendedUntilMs,
    sampleAtMs,
  });
}

/** Returns the time for which an unready workload is left running, however short its idle timeout: that of a wake. */
function timeToStart({ state, settings }: WorkloadRecord): number {
  return state.status === "unready" ? settings.startTimeoutMs : 0;
}

/** Returns true if it is paused and its `stop_method` is `pause`, so there is nothing left to stop. */
function isAtRest({ state, settings }: WorkloadRecord): boolean {
  return state.status === "paused" && settings.stopMethod === "pause";
}

/**
 * Returns true while `dependent` needs `dependency` awake. A paused dependent still uses the network of the dependency.
 */
export function keepsAwake(dependent: WorkloadRecord, dependency: WorkloadRecord): boolean {
  return needsDependencies(dependent) || (dependent.state.status === "paused" && isInNetworkOf(dependent, dependency));
}

/** Returns true while a running container uses its network, which a stop would cut off permanently. */
export function lendsNetwork(record: WorkloadRecord): boolean {
  const { dependents, tenants } = record;
  return tenants.length > 0 || dependents.some((one) => isInNetworkOf(one, record) && keepsAwake(one, record));
}

function isInNetworkOf(dependent: WorkloadRecord, dependency: WorkloadRecord): boolean {
  return dependent.dependencies.some(({ record, sharesNetwork }) => sharesNetwork && record === dependency);
}

/** Returns true while its dependencies must stay awake. */
function needsDependencies({ state }: WorkloadRecord): boolean {
  switch (state.status) {
    case "starting":
    case "unready":
    case "ready":
    case "draining":
    case "stopping":
      return true;
    case "failed":
      return state.runs === true;
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
      return false;
  }
}

function scheduleDeadline(context: LifecycleContext, record: WorkloadRecord): DeadlineView["schedule"] {
  const wall = context.clock.wall();
  const change = scheduleChangeOf(record, wall);
  return change && { kind: change.kind, atMs: context.clock.now() + change.atMs - wall };
}

import { keepScheduleChange, scheduleChangeOf } from "./schedule-change.ts";
import { nextDeadline, type Deadline, type DeadlineView } from "../../core/next-deadline.ts";
import { follow } from "./follow.ts";
import type { LifecycleContext } from "../context.ts";
import { isOneShot } from "./one-shot.ts";
import type { WorkloadRecord } from "./record.ts";
import { nextSampleMs } from "../usage/sample.ts";
import { recallLeadMs } from "../stop/recall-lead.ts";
import { stopDeletes } from "../stop/stop-deletes.ts";

/** Wall-clock deadlines are checked this often, since a person or NTP may set that clock. */
const WALL_CHECK_MS = 60_000;
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** After a fault, a deadline that is due must not be acted on again at once. */
const AFTER_FAULT_MS = 60_000;

/** What is done at a deadline; it may go on after the call. */
export type Act = (record: WorkloadRecord, deadline: Deadline) => Promise<void> | undefined;

/** Makes the one timer of a record fire at its next deadline. Activity need not call it: a timer that fires early is set again. */
export function rearm(context: LifecycleContext, record: WorkloadRecord, act: Act): void {
  const now = context.clock.now();
  keepScheduleChange(record, context.clock.wall());
  const deadline = nextDue(context, record);
  const { timer } = record;
  if (timer !== undefined && deadline !== undefined && timer.atMs <= deadline.atMs && timer.atMs > now) return;
  clearTimer(record);
  if (deadline === undefined) return;

  // Also behind a nearer deadline: a wall clock that jumps may put a schedule's moment before it.
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
    // A wall clock that was set may have opened or closed a window without any moment of its schedule.
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

/** Ends the wait for its next deadline. */
export function clearTimer(record: WorkloadRecord): void {
  record.timer?.abort.abort();
  record.timer = undefined;
}

/** The same as `deadlineOf`, or a reading of the counters before it. */
function nextDue(context: LifecycleContext, record: WorkloadRecord): Deadline | undefined {
  const leadMs = recallLeadMs(context, record);
  const deadline = deadlineOf(context, record);
  const sampleAtMs = nextSampleMs(record, deadline?.atMs);
  const isAll = sampleAtMs === undefined && leadMs === 0;
  return isAll ? deadline : deadlineOf(context, record, { leadMs, ...(sampleAtMs !== undefined && { sampleAtMs }) });
}

/** What will happen to this record next, and when; a reading of its counters only counts where its time is given. */
export function deadlineOf(
  context: LifecycleContext,
  record: WorkloadRecord,
  { sampleAtMs, leadMs = 0 }: { readonly sampleAtMs?: number; readonly leadMs?: number } = {},
): Deadline | undefined {
  const { settings, state } = record;
  return nextDeadline({
    state,
    // A recall sees to its own end.
    leases: record.leases + record.waiters.size + (record.recall === undefined ? 0 : 1),
    leadMs,
    dependents: record.dependents.filter((dependent) => keepsAwake(dependent, record)).length + record.tenants.length,
    lastActivityMs: record.lastActivityMs,
    awakeSinceMs: record.awakeSinceMs,
    idleTimeoutMs: isAtRest(record) || stopDeletes(record) ? 0 : settings.idleTimeoutMs,
    dependencyOnly: settings.hosts.length === 0,
    // A one-shot ends by itself: stopped in the middle it would have to start again.
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

/** What somebody else started may take as long to answer as a wake, whatever its idle time. */
function timeToStart({ state, settings }: WorkloadRecord): number {
  return state.status === "unready" ? settings.startTimeoutMs : 0;
}

/** A paused one whose stop is a pause has come to its end. */
function isAtRest({ state, settings }: WorkloadRecord): boolean {
  return state.status === "paused" && settings.stopMethod === "pause";
}

/** True while `dependent` needs `dependency` awake. Frozen, it still holds a network that would not survive. */
export function keepsAwake(dependent: WorkloadRecord, dependency: WorkloadRecord): boolean {
  return needsDependencies(dependent) || (dependent.state.status === "paused" && isInNetworkOf(dependent, dependency));
}

/** True while anything that is up uses its network: a stop would cut that off for good. */
export function lendsNetwork(record: WorkloadRecord): boolean {
  const { dependents, tenants } = record;
  return tenants.length > 0 || dependents.some((one) => isInNetworkOf(one, record) && keepsAwake(one, record));
}

function isInNetworkOf(dependent: WorkloadRecord, dependency: WorkloadRecord): boolean {
  return dependent.dependencies.some(({ record, sharesNetwork }) => sharesNetwork && record === dependency);
}

/** True while the things that it depends on must stay awake for its sake. */
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

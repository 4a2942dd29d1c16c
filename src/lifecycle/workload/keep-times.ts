import { noteStoppedByUs, noteWokenByUs } from "./run-owner.ts";
import { forgetHiddenUse, noteFirstSeen, noteSeenAgain, noteSeenReady, noteUse } from "./activity.ts";
import { isAwake, type WorkloadEvent, type WorkloadState } from "../../core/workload-state.ts";
import { isOurRun } from "../reconcile/observe.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "./record.ts";
import { judgeAbsence } from "../usage/absence.ts";

/** Updates, after a change of state, when a workload was last used, since when it runs, and who started it. */
export function keepTimes(
  context: LifecycleContext,
  record: WorkloadRecord,
  before: WorkloadState,
  event: WorkloadEvent,
): void {
  const now = context.clock.now();
  const was = runs(before);
  const is = runs(record.state);
  if (!was && is) noteBegin(context, record, before, event);
  if (was && !is) noteEnd(record, now);
  if (was && is && isRestart(event)) noteSeenAgain(record, now);
  if (is && isForeignStart(event)) return noteForeignStart(record, now);
  if (hasStarted(before, record, now)) noteSeenReady(record, now);
  if (isWanted(before, record.state, event)) noteUse(record, now);
}

/** Returns true for a change from not running to (perhaps) running. */
export function begins({ before, after }: { readonly before: WorkloadState; readonly after: WorkloadState }): boolean {
  return runs(after) && !runs(before);
}

function noteBegin(
  context: LifecycleContext,
  record: WorkloadRecord,
  before: WorkloadState,
  event: WorkloadEvent,
): void {
  const now = context.clock.now();
  if (before.status === "unseen") {
    // A run that was in use before the gateway started keeps its last activity.
    const startedAtMs = startOf(context, record);
    record.awakeSinceMs = startedAtMs;
    if (record.lastActivityMs < startedAtMs || event.type !== "observed") noteFirstSeen(record, now);
    else if (record.seenByFront) void judgeAbsence(context, record);
    return;
  }
  record.asleepMs += now - record.asleepSinceMs;
  record.awakeSinceMs = now;
  noteFirstSeen(record, now);
  if (event.type !== "observed") return;
  noteWokenByUs(record, isOurRun(record) || record.startCall !== undefined);
  noteStoppedByUs(record, false);
}

/** A run that lasted this long is not part of a crash loop. */
const STEADY_MS = 60_000;

function noteEnd(record: WorkloadRecord, now: number): void {
  record.asleepSinceMs = now;
  const isShort = now - record.awakeSinceMs < STEADY_MS;
  record.crashes = record.endedBy === "itself" ? (isShort ? record.crashes + 1 : 1) : 0;
  forgetHiddenUse(record);
  // A run continues after a pause, and an unobserved one may not have ended.
  if (record.observation !== undefined && record.observation.status !== "paused") noteWokenByUs(record, false);
  for (const { record: dependency } of record.dependencies) noteUse(dependency, now);
}

/** Returns since when it runs, converted from the engine's wall clock. */
function startOf({ clock }: LifecycleContext, { observation }: WorkloadRecord): number {
  const now = clock.now();
  if (observation?.startedAtMs === undefined) return now;
  return Math.min(now, observation.startedAtMs - clock.wall() + now);
}

/** Notes that somebody else started it again before our stop had ended; its idle time counts from here. */
function noteForeignStart(record: WorkloadRecord, now: number): void {
  record.awakeSinceMs = now;
  noteWokenByUs(record, false);
  noteStoppedByUs(record, false);
  noteFirstSeen(record, now);
}

function isForeignStart(event: WorkloadEvent): boolean {
  return event.type === "stop-ended" && event.observation.id !== "";
}

/** Returns true if it became ready in time after a start by somebody else, not again after a failure. */
function hasStarted(
  { status }: WorkloadState,
  { state, settings, awakeSinceMs }: WorkloadRecord,
  now: number,
): boolean {
  return status === "unready" && state.status === "ready" && now - awakeSinceMs <= settings.startTimeoutMs;
}

function isRestart(event: WorkloadEvent): boolean {
  return event.type === "observed" && event.restarted;
}

/** Returns true if a wake has ended or a stop was undone, both because of a request. */
function isWanted(before: WorkloadState, { status }: WorkloadState, event: WorkloadEvent): boolean {
  if (before.status === "starting") return status === "ready" || status === "failed";
  return before.status === "draining" && (event.type === "arrival" || event.type === "wake");
}

/** Returns true while the engine may be running it. */
function runs(state: WorkloadState): boolean {
  const { status } = state;
  return status === "starting" || status === "stopping" || isAwake(state);
}

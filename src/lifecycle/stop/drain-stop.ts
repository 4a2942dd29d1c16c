import { noteStoppedByUs } from "../workload/run-owner.ts";
import { noteHiddenUse, putOffUntil } from "../workload/activity.ts";
import { deferClosing } from "../workload/schedule-change.ts";
import type { VetoReason } from "../../core/events.ts";
import { type Observation, STILL_RUNNING } from "../../core/observation.ts";
import { canBeUndone, type StopReason } from "../../core/workload-state.ts";
import { untilFrontIsIdle } from "./front-idle.ts";
import type { LifecycleContext } from "../context.ts";
import { noteInstances, observe, observeUntilStable } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { type Engine, EngineError, type StopOrder, type StopResult, type WorkloadRef } from "../ports.ts";
import { stopDeletes } from "./stop-deletes.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { sampledMemory } from "../usage/sampling.ts";
import { awaitsReading } from "../usage/awaits-reading.ts";
import { untilNotReusable } from "./reuse.ts";
import { unthrottle } from "./throttle.ts";
import { findVeto, vetoForMs } from "./veto.ts";

/** How long a stop that is not an idle stop waits for open requests. */
const DRAIN_LIMIT_MS = 30_000;
const AFTER_FAILED_STOP_MS = 30_000;

/** The job of `draining`, whose gate is closed: waits until no lease is open, then checks again that it is unused. */
export async function drainJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  const { state } = record;
  if (state.status !== "draining") return;
  const limitMs = context.clock.now() + DRAIN_LIMIT_MS;
  await untilNotReusable(context, record, signal);
  while (record.leases > 0 && context.clock.now() < limitMs && !signal.aborted) {
    await waitForSignal(record, limitMs - context.clock.now(), signal, context.clock);
  }
  if (!canBeUndone(state.reason)) await untilFrontIsIdle(context, record, limitMs, signal);
  const veto = canBeUndone(state.reason) ? await findVeto(context, record, signal) : undefined;
  // An idle stop begins only if the engine is reachable and nobody updates it: until it begins, an arrival can undo it.
  const seen = canBeUndone(state.reason) && !signal.aborted ? await observe(record) : undefined;
  const mustWait = awaitsReading(context, record, seen !== undefined) || seen === undefined || seen.updating === true;
  // The first reading after an outage counts as use.
  const isIdle = veto === undefined && !mustWait && record.lastActivityMs <= state.sinceMs;
  if (signal.aborted) return;
  if (isIdle || !mayBePutOff(record)) return context.dispatch(record, { type: "drained", run });
  if (veto !== undefined) putOff(context, record, veto);
  else if (mustWait) putOffUntil(record, context.clock.now() + AFTER_FAILED_STOP_MS);
  context.dispatch(record, { type: "vetoed", run });
}

/** The job of `stopping`, in which nothing is open any more: has the engine stop the workload. */
export async function stopJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  const { state, settings, engine } = record;
  if (state.status !== "stopping") return;
  const method = state.reason === "pause" ? "pause" : settings.stopMethod;
  if (method !== "pause" && record.ownLimits !== undefined) await unthrottle(context, record);
  if ((await mustBeLeft(record, state.reason)) || isWantedAgain(record)) {
    if (!signal.aborted)
      context.dispatch(record, { type: "stop-ended", run, observation: record.observation ?? STILL_RUNNING });
    return;
  }
  const startedMs = context.clock.now();
  const awakeMs = startedMs - record.awakeSinceMs;
  const ref = refOf(record);
  let observation: Observation;
  let killedAfterMs: number | undefined;
  try {
    record.memoryBytes = sampledMemory(record) ?? record.memoryBytes;
    const order = { method, timeoutMs: settings.stopTimeoutMs, signal: settings.stopSignal };
    const result = await stopIfThere(engine, ref, { ...order, ...unlessChanged(record, state.reason) });
    killedAfterMs = result.killedAfterMs;
    noteInstances(record, result.instances);
    const seen = await observeUntilStable(record);
    if (seen === undefined) throw new EngineError("unreachable", "the engine became unreachable during the stop");
    observation = seen;
    noteStoppedByUs(record, true);
    context.emit({
      type: "stopped",
      workload: record.name,
      reason: state.reason,
      durationMs: context.clock.now() - startedMs,
      awakeMs,
    });
    if (killedAfterMs !== undefined) context.emit({ type: "killed", workload: record.name, timeoutMs: killedAfterMs });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!isInUseByOthers(error, state.reason)) context.emit({ type: "stop-failed", workload: record.name, message });
    putOffFailed(context, record, state.reason);
    observation = STILL_RUNNING;
  }
  if (!signal.aborted) context.dispatch(record, { type: "stop-ended", run, observation, killedAfterMs });
}

/**
 * Returns true if the stop would delete it and no administrator ordered it; observes, as it may have been recreated.
 */
async function mustBeLeft(record: WorkloadRecord, reason: StopReason): Promise<boolean> {
  if (reason === "schedule") await observe(record);
  return reason !== "admin" && reason !== "suspend" && reason !== "pause" && stopDeletes(record);
}

/** Returns true if a request arrived before the engine was called; an idle stop is then not begun. */
function isWantedAgain({ state }: WorkloadRecord): boolean {
  return state.status === "stopping" && state.wakeNext && canBeUndone(state.reason);
}

/** Stops it; a container that was removed meanwhile counts as stopped. */
async function stopIfThere(engine: Engine, ref: WorkloadRef, order: StopOrder): Promise<StopResult> {
  try {
    return await engine.stop(ref, order);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "absent") throw error;
    return { instances: 0 };
  }
}

/** Makes an idle stop conditional: a workload that somebody has just changed is not idle. An ordered stop is not. */
function unlessChanged({ engine, observation }: WorkloadRecord, reason: StopReason): Pick<StopOrder, "onlyIf"> {
  const { version = "" } = observation ?? {};
  return engine.capabilities.conditionalStop && canBeUndone(reason) && version !== "" ? { onlyIf: version } : {};
}

/** Returns true if an idle stop was rejected because somebody else is changing the workload, which is not a failure. */
function isInUseByOthers(error: unknown, reason: StopReason): boolean {
  return canBeUndone(reason) && error instanceof EngineError && error.code === "changed";
}

/** Returns true unless a stop has been ordered meanwhile. */
function mayBePutOff({ state }: WorkloadRecord): boolean {
  return state.status === "draining" && canBeUndone(state.reason);
}

/** After a failed stop, neither the idle timeout nor the schedule may try again at once. */
function putOffFailed({ clock }: LifecycleContext, record: WorkloadRecord, reason: StopReason): void {
  putOffUntil(record, clock.now() + AFTER_FAILED_STOP_MS);
  if (reason === "schedule") deferClosing(record, clock.wall() + AFTER_FAILED_STOP_MS);
}

function putOff(context: LifecycleContext, record: WorkloadRecord, reason: VetoReason): void {
  const now = context.clock.now();
  putOffUntil(record, now + vetoForMs(record, reason));
  noteHiddenUse(record, reason, now);
  context.emit({ type: "vetoed", workload: record.name, reason });
}

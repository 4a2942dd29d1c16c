import { noteWakeStart, forgetFailures, noteFailure } from "./wake-history.ts";
import { coolDownMs } from "../../core/cool-down.ts";
import type { Failure } from "../../core/failure.ts";
import { rememberWake } from "../../core/eta.ts";
import type { Endpoint } from "../../core/observation.ts";
import { answering } from "./answering.ts";
import { awaitTruce } from "./await-truce.ts";
import type { LifecycleContext } from "../context.ts";
import { observe, observeUntilStable } from "../reconcile/observe.ts";
import { isOneShot } from "../workload/one-shot.ts";
import { probeFailure } from "./probe-failure.ts";
import { whenAnswers } from "./probe.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { rejoinNetwork } from "./rejoin-network.ts";
import { reportEnd } from "../workload/report.ts";
import { failureAt, mustStop, start } from "./start.ts";
import { wakeDependencies } from "./wake-dependencies.ts";

/** The job of `starting`: wakes the dependencies, starts the workload, and waits until it is ready. */
export async function wakeJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  noteWakeStart(record, context.clock.now());
  const endpoint = await answersAlready(context, record, signal);
  if (signal.aborted) return;
  if (endpoint !== undefined) return context.dispatch(record, { type: "answered", run, endpoint, wasAwake: true });
  context.emit({ type: "wake", workload: record.name, cause: record.wakeCause ?? "request" });
  if (record.endReported) await observeEnd(context, record);
  const failure =
    (await wakeDependencies(context, record, run, signal)) ?? (await startAndProbe(context, record, run, signal));
  if (failure === undefined || signal.aborted) return;
  await observeUntilStable(record); // only this job observes it, and somebody else may have started it
  if (signal.aborted) return;

  const now = context.clock.now();
  noteFailure(record, context.clock.wall());
  const retryMs = coolDownMs(record.failures);
  const durationMs = now - record.wakeStartedMs;
  const runs = record.observation?.status === "running" || record.observation?.status === "restarting";
  const startPending = record.startCall !== undefined;
  context.dispatch(record, { type: "wake-failed", run, failure, retryAtMs: now + retryMs, runs, startPending });
  context.emit({ type: "wake-failed", workload: record.name, failure, durationMs, retryMs });
}

/**
 * Returns where an app answers that runs without a wake: a request that arrives after a restart of the gateway, before
 * the first probe, is no wake.
 */
async function answersAlready(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<Endpoint | undefined> {
  const mayRun = !record.endReported && (record.observation?.status ?? "running") === "running";
  if (!mayRun || record.failures > 0) return undefined;
  const observation = await observe(record);
  return observation && (await answering(context, record, observation, signal));
}

/** Observes how the last run ended, before a new run hides that. */
async function observeEnd(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const seen = await observe(record);
  if (seen?.status === "stopped" || seen?.status === "absent") reportEnd(context, record, seen);
}

async function startAndProbe(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (let mayHaveEnded = record.observation?.status === "running"; ;) {
    const fromMs = context.clock.now();
    const found = await awaitTruce(context, record, run, signal);
    if (signal.aborted) return undefined;
    // A dependency may have ended during the wait.
    const lost = context.clock.now() > fromMs ? await wakeDependencies(context, record, run, signal) : undefined;
    if (lost !== undefined || signal.aborted) return lost;
    if (found === "free" && (wasStopped(record) || mustStop(record)))
      return failureAt(context, "refused", { code: "stopped" });
    const deadlineMs = context.clock.now() + record.settings.startTimeoutMs;
    const patience = {
      stayMs: mayCrashAgain(record) ? STAY_MS : 0,
      mostCrashes: record.failures > 0 ? 1 : MOST_CRASHES,
    };
    if (!isInTruce(context, record)) await rejoinNetwork(context, record, signal);
    const failure = found === "runs" ? undefined : await start(context, record, deadlineMs, signal);
    if (signal.aborted) return undefined;
    if (failure !== undefined && isInTruce(context, record)) continue;
    if (failure !== undefined) return failure;
    context.dispatch(record, { type: "progress", run, phase: "waiting" });

    const result = await whenAnswers(context, record, { deadlineMs, signal, ...patience });
    if (signal.aborted) return undefined;
    if (result.kind === "answers") {
      succeed(context, record);
      context.dispatch(record, { type: "answered", run, endpoint: result.endpoint });
      return undefined;
    }
    const { exit, status } = result.observation ?? {};
    if (result.kind === "ended" && exit?.code === 0 && isOneShot(record)) {
      context.dispatch(record, { type: "completed", run, exit });
      return undefined;
    }
    // The engine did not know yet that the former run was ending, so the start did nothing.
    const hadEnded = mayHaveEnded && result.kind === "ended" && status === "stopped";
    if (!hadEnded && !isInTruce(context, record)) return probeFailure(context, record, result);
    if (hadEnded && result.observation !== undefined) reportEnd(context, record, result.observation);
    mayHaveEnded = false;
  }
}

/** Returns true if somebody else stopped it during the wake and it must stay stopped (`wake_after_stop: started`). */
function wasStopped({ settings, endedBy, endOrdered, wakeCause }: WorkloadRecord): boolean {
  const isStopped = endOrdered || endedBy === "other"; // only `endOrdered` if that run was never observed
  return settings.wakeAfterStop === "started" && isStopped && wakeCause !== "admin";
}

function isInTruce({ truces }: LifecycleContext, { name }: WorkloadRecord): boolean {
  return truces.of(name) !== undefined;
}

/**
 * Returns true if its last run crashed; without a port to probe, it must then stay up for a while to count as ready.
 */
function mayCrashAgain({ observation, failures, stoppedByUs }: WorkloadRecord): boolean {
  const { code = 0, oomKilled = false } = observation?.exit ?? {};
  return failures > 0 || oomKilled || (!stoppedByUs && !AS_ORDERED.has(code));
}

const STAY_MS = 1_000;
/** An app with a restart policy may need several tries if something that it needs starts at the same time. */
const MOST_CRASHES = 3;
/** The exit codes of a normal end and of a stop's signals. */
const AS_ORDERED: ReadonlySet<number> = new Set([0, 137, 143]);

function succeed(context: LifecycleContext, record: WorkloadRecord): void {
  record.wakesMs = rememberWake(record.wakesMs, context.clock.now() - record.wakeStartedMs);
  record.wakesTotal += 1;
  forgetFailures(record);
}

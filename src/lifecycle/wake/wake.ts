import { noteWakeStart, forgetFailures, noteFailure } from "./wake-history.ts";
import { coolDownMs } from "../../core/cool-down.ts";
import type { Failure } from "../../core/failure.ts";
import { rememberWake } from "../../core/eta.ts";
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

/** The job behind `starting`: dependencies first, then the start, then the wait until the app is ready. */
export async function wakeJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  noteWakeStart(record, context.clock.now());
  context.emit({ type: "wake", workload: record.name, cause: record.wakeCause ?? "request" });
  if (record.endReported) await seeEnd(context, record);
  const failure =
    (await wakeDependencies(context, record, run, signal)) ?? (await startAndProbe(context, record, run, signal));
  if (failure === undefined || signal.aborted) return;
  await observeUntilStable(record); // nothing else observes it meanwhile: somebody may have started it without us
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

/** Observes how it has just ended, before a new run hides that. */
async function seeEnd(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const seen = await observe(record);
  if (seen?.status === "stopped" || seen?.status === "absent") reportEnd(context, record, seen);
}

async function startAndProbe(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (let mayBeOver = record.observation?.status === "running"; ;) {
    const fromMs = context.clock.now();
    const found = await awaitTruce(context, record, run, signal);
    if (signal.aborted) return undefined;
    // What it needs may have ended in that time.
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
    // The run before has ended, of which the engine did not know yet: there was nothing to start for it.
    const wasOver = mayBeOver && result.kind === "ended" && status === "stopped";
    if (!wasOver && !isInTruce(context, record)) return probeFailure(context, record, result);
    if (wasOver && result.observation !== undefined) reportEnd(context, record, result.observation);
    mayBeOver = false;
  }
}

/** It was stopped from outside while it was being woken, and must stay so (`wake_after_stop: started`). */
function wasStopped({ settings, endedBy, endOrdered, wakeCause }: WorkloadRecord): boolean {
  const isStopped = endOrdered || endedBy === "other"; // the first alone where nobody has seen that run
  return settings.wakeAfterStop === "started" && isStopped && wakeCause !== "admin";
}

function isInTruce({ truces }: LifecycleContext, { name }: WorkloadRecord): boolean {
  return truces.of(name) !== undefined;
}

/** It ended badly, by itself: what has no port that answers must show that it stays up this time. */
function mayCrashAgain({ observation, failures, stoppedByUs }: WorkloadRecord): boolean {
  const { code = 0, oomKilled = false } = observation?.exit ?? {};
  return failures > 0 || oomKilled || (!stoppedByUs && !AS_ORDERED.has(code));
}

const STAY_MS = 1_000;
/** An app that is restarted when it fails may need a second try, when something it needs comes up at the same time. */
const MOST_CRASHES = 3;
/** By itself, or by the signals of a stop. */
const AS_ORDERED: ReadonlySet<number> = new Set([0, 137, 143]);

function succeed(context: LifecycleContext, record: WorkloadRecord): void {
  record.wakesMs = rememberWake(record.wakesMs, context.clock.now() - record.wakeStartedMs);
  record.wakesTotal += 1;
  forgetFailures(record);
}

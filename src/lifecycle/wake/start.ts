import type { Failure, FailureCause, FailureReason } from "../../core/failure.ts";
import { noteStoppedByUs } from "../workload/run-owner.ts";
import type { LifecycleContext } from "../context.ts";
import { noteOurStart, observe } from "../reconcile/observe.ts";
import { EngineError } from "../ports.ts";
import { answering } from "./answering.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

const ENGINE_RETRY_MS = 250;

/**
 * Has the engine start the workload, and retries until `deadlineMs` while the engine is unreachable. If the app answers
 * meanwhile at its last address, no start is needed: apps run on without their engine.
 */
export async function start(
  context: LifecycleContext,
  record: WorkloadRecord,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const awayMs = context.clock.now() + FURTHER_HOST_MS;
  let deniedMs: number | undefined;
  while (!signal.aborted) {
    const fault = await startBefore(context, record, deadlineMs, signal);
    if (fault === undefined || signal.aborted) return undefined;
    if (fault === LATE) return failureAt(context, "timeout", { code: "late", seconds: startTimeoutSeconds(record) });
    const { code, message } = toEngineError(fault);
    if (code === "absent") return failureAt(context, "absent", { code: "absent", name: record.name });
    // An engine that is shutting down fails its calls with various errors; it is unreachable soon after.
    const isRefused = code === "refused" || code === "forbidden";
    if (code === "forbidden") deniedMs ??= context.clock.now() + DENIED_MS;
    const isDenied = code === "forbidden" && context.clock.now() >= (deniedMs ?? 0);
    if (isDenied || (isRefused && (await observe(record)) !== undefined))
      return failureAt(context, "refused", { code: "refused", message });
    if (await stillAnswers(context, record, signal)) return undefined;
    if (code === "network") return failureAt(context, "network", { code: "network", message });
    const leftMs = (isFurtherHost(record) ? Math.min(awayMs, deadlineMs) : deadlineMs) - context.clock.now();
    if (leftMs <= 0) return failureAt(context, "engine", { code: "unreachable", message });
    await context.clock.sleep(Math.min(ENGINE_RETRY_MS, leftMs), signal);
    await observe(record); // somebody else may have started it while the engine was unreachable
    // Or somebody may be updating it, or has ordered a stop.
    if (context.truces.of(record.name) !== undefined || mustStop(record))
      return failureAt(context, "engine", { code: "unreachable", message });
  }
  return undefined;
}

/** Returns whether it is on a further Docker host: if that is unreachable, clients get an error soon. */
function isFurtherHost({ engine: { id, kind } }: WorkloadRecord): boolean {
  return kind === "docker" && id !== "docker";
}

const FURTHER_HOST_MS = 3_000;
/** An API server that has just started may deny access until it has loaded its roles. */
const DENIED_MS = 3_000;

/** Returns true if a stop was ordered before or during the engine's start. */
export function mustStop({ state }: WorkloadRecord): boolean {
  return state.status === "starting" && state.stopNext !== undefined;
}

/** Creates a failure with the present time. */
export function failureAt(
  context: LifecycleContext,
  reason: FailureReason,
  cause: FailureCause,
  exitCode?: number,
): Failure {
  return { reason, cause, exitCode, atMs: context.clock.wall() };
}

/** Resolves with the error of the engine's start, `undefined` if it succeeded, or `LATE` at the deadline. */
async function startBefore(
  context: LifecycleContext,
  record: WorkloadRecord,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  const over = new AbortController();
  const late = context.clock
    .sleep(deadlineMs - context.clock.now(), AbortSignal.any([signal, over.signal]))
    .then((): typeof LATE => LATE);
  const fault = await Promise.race([startOnce(context, record), late]);
  over.abort();
  return fault;
}

/** Joins a start that is in progress, which a cancelled wake may have left, instead of sending a second one. */
function startOnce(context: LifecycleContext, record: WorkloadRecord): Promise<unknown> {
  record.startCall ??= callStart(context, record).finally(() => (record.startCall = undefined));
  return record.startCall;
}

async function callStart(context: LifecycleContext, record: WorkloadRecord): Promise<unknown> {
  const ran = record.observation?.status === "running" || record.observation?.status === "paused";
  try {
    await record.engine.start(refOf(record), record.formerInstances);
  } catch (error) {
    // An engine that is lost meanwhile may have started it.
    if (toEngineError(error).code !== "unreachable") context.dispatch(record, { type: "start-rejected" });
    return error ?? new TypeError("the engine rejected without a reason");
  }
  // If it already ran, somebody else started it, so it is not stopped when nothing needs it any more.
  if (!ran) noteOurStart(record);
  noteStoppedByUs(record, false);
  return undefined;
}

async function stillAnswers(context: LifecycleContext, record: WorkloadRecord, signal: AbortSignal): Promise<boolean> {
  const { observation } = record;
  if (observation?.status !== "running") return false;
  return (await answering(context, record, observation, signal)) !== undefined;
}

function toEngineError(fault: unknown): Pick<EngineError, "code" | "message"> {
  return fault instanceof EngineError ? fault : { code: "refused", message: String(fault) };
}

/** Returns the `start_timeout` in seconds, rounded to a tenth. */
export function startTimeoutSeconds({ settings }: WorkloadRecord): number {
  return Math.round(settings.startTimeoutMs / 100) / 10;
}

const LATE = Symbol("late");

import { coolDownMs } from "../core/cool-down.ts";
import type { Failure, FailureReason } from "../core/decision.ts";
import { rememberWake } from "../core/eta.ts";
import type { Observation } from "../core/observation.ts";
import { failureOf } from "./failure.ts";
import { isSatisfied } from "./gate.ts";
import { settled } from "./hold.ts";
import type { House } from "./house.ts";
import { nudged } from "./nudge.ts";
import { EngineError } from "./ports.ts";
import { whenAnswers } from "./probe.ts";
import { type DependencyLink, refOf, type WorkloadRecord } from "./record.ts";

const ENGINE_RETRY_MS = 250;

/** The job behind `starting`: what it needs first, then the start, then the wait until the app answers. */
export async function wakeJob(house: House, record: WorkloadRecord, run: number, signal: AbortSignal): Promise<void> {
  record.wakeStartedMs = house.clock.now();
  house.emit({ type: "wake", workload: record.name, cause: record.wakeCause ?? "request" });
  const failure =
    (await wakeDependencies(house, record, run, signal)) ?? (await startAndProbe(house, record, run, signal));
  if (failure === undefined || signal.aborted) return;

  const now = house.clock.now();
  record.failures += 1;
  record.failedAtMs = house.clock.wall();
  const retryMs = coolDownMs(record.failures);
  const durationMs = now - record.wakeStartedMs;
  const runs = record.observation?.status === "running" || record.observation?.status === "restarting";
  house.dispatch(record, { type: "wake-failed", run, failure, retryAtMs: now + retryMs, runs });
  house.emit({ type: "wake-failed", workload: record.name, failure, durationMs, retryMs });
}

async function wakeDependencies(
  house: House,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const missing = record.dependencies.filter((link) => !isSatisfied(link.record, link.condition));
  if (missing.length === 0) return undefined;
  house.dispatch(record, { type: "progress", run, phase: "dependencies" });
  await Promise.all(missing.map((link) => wakeDependency(house, link, signal)));
  if (signal.aborted) return undefined;
  const failed = record.dependencies.find((link) => !isSatisfied(link.record, link.condition));
  if (failed !== undefined) {
    const cause = failureOf(failed.record)?.failure.message ?? "it did not get ready";
    return failureAt(house, "dependency", `it needs "${failed.record.name}", which failed: ${cause}`);
  }
  house.dispatch(record, { type: "progress", run, phase: "starting" });
  return undefined;
}

async function wakeDependency(house: House, link: DependencyLink, signal: AbortSignal): Promise<void> {
  const { record, condition } = link;
  house.wake(record, "dependency");
  if (condition === "healthy") {
    await settled([record], signal, house.clock);
    return;
  }
  while (!signal.aborted && !isSatisfied(record, condition)) {
    if (failureOf(record) !== undefined) return;
    await nudged(record, 500, signal, house.clock);
  }
}

async function startAndProbe(
  house: House,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const deadlineMs = house.clock.now() + record.settings.startTimeoutMs;
  const startedAt = await start(house, record, deadlineMs, signal);
  if (startedAt !== undefined) return startedAt;
  if (signal.aborted) return undefined;
  record.wokenByUs = true;
  record.stoppedByUs = false;
  house.dispatch(record, { type: "progress", run, phase: "waiting" });

  const result = await whenAnswers(house, record, deadlineMs, signal);
  if (signal.aborted) return undefined;
  if (result.kind === "answers") {
    succeed(house, record);
    house.dispatch(record, { type: "answered", run, endpoint: result.endpoint });
    return undefined;
  }
  const { exit } = result.observation ?? {};
  if (result.kind === "ended" && exit?.code === 0 && isOneShot(record)) {
    house.dispatch(record, { type: "completed", run, exit });
    return undefined;
  }
  return failureOfProbe(house, record, result);
}

/** Asks the engine to start it; as long as the engine is out of reach it asks again until the time is over. */
async function start(
  house: House,
  record: WorkloadRecord,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  while (true) {
    try {
      await record.engine.start(refOf(record));
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      const { code, message } =
        error instanceof EngineError ? error : { code: "refused" as const, message: String(error) };
      if (code === "absent") return failureAt(house, "absent", `there is no container named "${record.name}"`);
      if (code === "refused") return failureAt(house, "refused", message);
      if (house.clock.now() >= deadlineMs) return failureAt(house, "engine", message);
      await house.clock.sleep(ENGINE_RETRY_MS, signal);
    }
  }
}

function succeed(house: House, record: WorkloadRecord): void {
  record.wakesMs = rememberWake(record.wakesMs, house.clock.now() - record.wakeStartedMs);
  record.wakesTotal += 1;
  record.failures = 0;
  record.failedAtMs = undefined;
}

function isOneShot(record: WorkloadRecord): boolean {
  return record.dependents.some(({ dependencies }) =>
    dependencies.some((link) => link.record === record && link.condition === "completed"),
  );
}

function failureOfProbe(
  house: House,
  record: WorkloadRecord,
  result: { kind: "ended" | "timed-out" | "unhealthy"; observation: Observation | undefined },
): Failure {
  const exit = result.observation?.exit;
  if (result.kind === "ended") {
    if (result.observation?.status === "absent") return failureAt(house, "absent", "it was removed while it started");
    if (exit?.oomKilled) return failureAt(house, "oom", "it ran out of memory while it started", exit.code);
    const words = exit?.message ? `: ${exit.message}` : "";
    return failureAt(
      house,
      "exited",
      `it ended while it started, with exit code ${exit?.code ?? "unknown"}${words}`,
      exit?.code,
    );
  }
  const seconds = Math.round(record.settings.startTimeoutMs / 100) / 10;
  if (result.kind === "unhealthy") return failureAt(house, "unhealthy", "its health check reports it unhealthy");
  const what =
    record.settings.healthPath === ""
      ? `answered on port ${record.settings.targetPort ?? "–"}`
      : `answered on ${record.settings.healthPath}`;
  return failureAt(house, "timeout", `it has not ${what} within ${seconds} s`);
}

function failureAt(house: House, reason: FailureReason, message: string, exitCode?: number): Failure {
  return { reason, message, exitCode, atMs: house.clock.wall() };
}

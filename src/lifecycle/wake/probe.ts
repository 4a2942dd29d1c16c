import { forgetFailures } from "./wake-history.ts";
import { awaitsHealthCheck } from "../../core/health-check.ts";
import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import { isEnding } from "./await-truce.ts";
import { probeHttp } from "./probe-http.ts";
import type { LifecycleContext } from "../context.ts";
import { observe } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { waitForFront } from "./wait-for-front.ts";
import { isOneShot } from "../workload/one-shot.ts";
import type { ProbeAnswer } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { noteWantsTls, wantsTls } from "./wants-tls.ts";

export type ProbeResult =
  | { readonly kind: "answers"; readonly endpoint: Endpoint }
  | { readonly kind: "ended" | "timed-out" | "unhealthy" | "wants-tls"; readonly observation: Observation | undefined };

const HTTP_INTERVAL_MS = 500;
const HEALTH_INTERVAL_MS = 500;
const REACHABLE_INTERVAL_MS = 1_000;

/**
 * The job behind `unready` and `failed`: something runs that we did not (or could not) wake; reports when it is ready.
 */
export async function probeJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  const until = context.clock.now() + record.settings.startTimeoutMs;
  // However often its engine restarts it meanwhile: the next request finds out.
  const result = await whenAnswers(context, record, {
    deadlineMs: until,
    signal,
    mostCrashes: Number.POSITIVE_INFINITY,
  });
  if (signal.aborted) return;
  if (result.kind === "answers") {
    forgetFailures(record);
    context.dispatch(record, { type: "answered", run, endpoint: result.endpoint });
  } else if (result.kind === "ended" && result.observation !== undefined) {
    context.dispatch(record, { type: "observed", observation: result.observation, restarted: false });
  }
  // Otherwise the next request starts a wake, which observes it again.
}

/** Limits of patience. */
interface Patience {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** How long a workload without a port must have run to be believed. */
  readonly stayMs?: number;
  /** With so many crashes it has ended, though its engine keeps restarting it. */
  readonly mostCrashes: number;
}

/**
 * Waits until the app answers: by HTTP where `health_path` is set, by Docker's health check where the image has one, else
 * by a TCP connect; without a port it is enough that it runs. Sees at once when the workload ends meanwhile.
 */
export async function whenAnswers(
  context: LifecycleContext,
  record: WorkloadRecord,
  { deadlineMs, signal, stayMs = 0, mostCrashes }: Patience,
): Promise<ProbeResult> {
  const startedMs = context.clock.now();
  record.lastProbe = undefined;
  let crash: Observation | undefined;
  let crashes = 0;
  let observation: Observation | undefined;
  let observeAgainMs = 0;
  let changed = false;
  const onChange = (): void => void (changed = true);
  record.signals.add(onChange);
  try {
    while (!signal.aborted) {
      const now = context.clock.now();
      if (changed || now >= observeAgainMs) {
        changed = false;
        observation = (await observe(record)) ?? observation ?? lastSeenRunning(record);
        if (changed) continue;
        if (observation !== undefined && hasEnded(observation)) return { kind: "ended", observation };
        if (observation?.status === "restarting" && observation.exit?.atMs !== crash?.exit?.atMs) {
          crash = observation;
          crashes += 1;
          if (crashes >= mostCrashes) return { kind: "ended", observation };
        }
        observeAgainMs = now + observeIntervalMs(observation);
        if (signal.aborted) break;
      }
      const endpoint = observation && (await answering(context, record, observation, signal));
      if (changed) continue; // what has just answered may be gone
      // Waiting does not fix that.
      if (record.wantsTls && record.lastProbe === SPEAKS_TLS) return { kind: "wants-tls", observation };
      const stays = endpoint !== NO_ENDPOINT || context.clock.now() - startedMs >= stayMs;
      if (endpoint !== undefined && stays) return { kind: "answers", endpoint };
      if (context.clock.now() >= deadlineMs) {
        if (crash !== undefined) return { kind: "ended", observation: crash };
        return { kind: observation?.health === "unhealthy" ? "unhealthy" : "timed-out", observation };
      }
      await waitForSignal(
        record,
        pause(context, record, observation, context.clock.now() - startedMs),
        signal,
        context.clock,
      );
    }
    return { kind: "timed-out", observation };
  } finally {
    record.signals.delete(onChange);
  }
}

/** While the engine is unreachable, the last observation stands: a probe shows whether it is right. */
function lastSeenRunning({ observation }: WorkloadRecord): Observation | undefined {
  return observation?.status === "running" ? observation : undefined;
}

/** Paused counts as well: somebody has done that. */
function hasEnded({ status }: Observation): boolean {
  return status === "absent" || status === "stopped" || status === "paused";
}

/** Returns where it is ready now, by one attempt. */
export async function answering(
  context: LifecycleContext,
  record: WorkloadRecord,
  observation: Observation,
  signal: AbortSignal,
): Promise<Endpoint | undefined> {
  if (observation.status !== "running" || isEnding(context, record)) return undefined;
  const { targetPort } = record.settings;
  if (awaitsCheck(context, record, observation)) {
    if (observation.note !== "") record.lastProbe = observation.note;
    return undefined;
  }
  if (targetPort === undefined) return (await runsWell(context, record, observation, signal)) ? NO_ENDPOINT : undefined;
  const { endpoint, said } = await firstAnswering(context, record, endpointsOf(observation), signal);
  const note = endpoint === undefined ? observation.note : await waitForFront(context, record, signal);
  if (note !== "" && !signal.aborted) {
    record.lastProbe = note;
    return undefined;
  }
  if (endpoint !== undefined) record.lastProbe = undefined;
  else if (said !== undefined && !signal.aborted) record.lastProbe = said;
  return endpoint;
}

/** Returns the first of these addresses that is ready, each tried once; without one, what was reported instead. */
export async function firstAnswering(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<{ readonly endpoint?: Endpoint; readonly said?: string | undefined }> {
  const ranMs = context.clock.wall() - (record.observation?.startedAtMs ?? 0);
  let said = endpoints.length === 0 ? record.observation?.note || NO_ADDRESS : undefined;
  for (const found of endpoints) {
    const endpoint = asConfigured(record, found);
    if (ranMs < (endpoint.afterMs ?? 0)) continue;
    const answer = await probeOne(context, record, endpoint, signal);
    if (answer.kind !== "no") return { endpoint };
    // Of several ports the one where something listens says more.
    if (said === undefined || said === NOBODY_LISTENS) said = answer.said;
  }
  return { said };
}

const NO_ADDRESS = "it has no address that the gateway can reach";

/** An engine knows where an app is, its settings what it speaks. */
function asConfigured({ settings }: WorkloadRecord, endpoint: Endpoint): Endpoint {
  return settings.targetScheme === "http" ? endpoint : { ...endpoint, tls: { verify: settings.targetVerify } };
}

/** Whether its engine's health check has the word, and has not said that it is well. */
export function awaitsCheck({ clock }: LifecycleContext, record: WorkloadRecord, observation: Observation): boolean {
  if (record.settings.healthPath !== "") return false;
  const wall = clock.wall();
  return awaitsHealthCheck(observation, record.awakeSinceMs - clock.now() + wall, wall);
}

/** Without a port to ask, running is enough; one whose health check is still far away must listen somewhere. */
async function runsWell(
  context: LifecycleContext,
  record: WorkloadRecord,
  observation: Observation,
  signal: AbortSignal,
): Promise<boolean> {
  if (isOneShot(record)) return false;
  if (observation.health !== "starting") return true;
  for (const endpoint of endpointsOf(observation))
    if ((await context.probe.tcp(endpoint, signal)).kind !== "no") return true;
  return false;
}

async function probeOne(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const open = await context.probe.tcp(endpoint, signal); // cheap, so that the first GET goes out as soon as it listens
  if (open.kind === "no") return open;
  if (record.settings.healthPath === "") return (await stillWantsTls(context, record, endpoint, signal)) ? TLS : open;
  const startedMs = context.clock.now();
  const answer = await probeHttp(context, record, { endpoint, path: record.settings.healthPath }, signal);
  if (answer.kind === "no") await context.clock.sleep(HTTP_INTERVAL_MS - (context.clock.now() - startedMs), signal);
  return answer;
}

/** Whether what was found out of it holds on; of an app that takes connections nothing else is asked. */
async function stillWantsTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  if (!record.wantsTls || record.seenByFront || endpoint.tls !== undefined) return false;
  const wants = await wantsTls(context, record, endpoint, signal);
  if (!signal.aborted) noteWantsTls(record, wants);
  return wants;
}

/** Fast at first, since most apps listen within a second, then slower. */
function pause(
  context: LifecycleContext,
  record: WorkloadRecord,
  observation: Observation | undefined,
  elapsedMs: number,
): number {
  if (observation !== undefined && awaitsCheck(context, record, observation)) return HEALTH_INTERVAL_MS;
  if (elapsedMs < 1_000) return 10;
  if (elapsedMs < 10_000) return 25;
  return Math.min(250, elapsedMs / 400);
}

function observeIntervalMs(observation: Observation | undefined): number {
  if (observation === undefined || endpointsOf(observation).length === 0) return 100;
  return observation.health === "starting" ? HEALTH_INTERVAL_MS : REACHABLE_INTERVAL_MS;
}

const TLS: ProbeAnswer = { kind: "no", said: SPEAKS_TLS };
const NOBODY_LISTENS = "connection refused";

/** The endpoint of a workload without connections. */
const NO_ENDPOINT: Endpoint = Object.freeze({ host: "", port: 0, published: false });

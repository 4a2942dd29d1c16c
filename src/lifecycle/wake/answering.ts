import { awaitsHealthCheck } from "../../core/health-check.ts";
import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import { isEnding } from "./await-truce.ts";
import { probeHttp } from "./probe-http.ts";
import type { LifecycleContext } from "../context.ts";
import { waitForFront } from "./wait-for-front.ts";
import { isOneShot } from "../workload/one-shot.ts";
import type { ProbeAnswer } from "../ports.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import { isOf, portsOf, portTo } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { noteWantsTls, wantsTls } from "./wants-tls.ts";

const HTTP_INTERVAL_MS = 500;

/** Makes one attempt on each port; returns the first endpoint that is ready. */
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
  const answers = portsOf(record).map(async (port) => {
    const { endpoint, summary } = await enoughAnswering(context, record, { observation, port }, signal);
    if (!signal.aborted) noteProbe(port, { endpoint, summary: observation.note || summary });
    return endpoint;
  });
  const found = await firstFound(answers);
  const note = found === undefined ? "" : await waitForFront(context, record, signal);
  if (found === undefined || note === "" || signal.aborted) return found;
  portTo(record, found).lastProbe = note;
  return undefined;
}

/**
 * Returns the pause before the next probe of a starting app: short at first, since most apps listen within a second.
 */
export function probePauseMs(elapsedMs: number): number {
  if (elapsedMs < 1_000) return 10;
  if (elapsedMs < 10_000) return 25;
  return Math.min(250, elapsedMs / 400);
}

/** Notes the result of a probe that keeps a port from being ready. */
export function noteProbe(port: PortRecord, { endpoint, summary }: Answering): void {
  if (endpoint !== undefined) port.lastProbe = undefined;
  else if (summary !== undefined) port.lastProbe = summary;
}

/** Resolves with the first result that is not `undefined`, without waiting for the others. */
function firstFound<T>(all: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const found = all.map((one) => one.then((value) => value !== undefined && resolve(value)));
    Promise.all(found).then(() => resolve(undefined), reject);
  });
}

/** Forgets the results of probes, which belong to a former start. */
export function forgetAnswer(record: WorkloadRecord): void {
  for (const port of portsOf(record)) port.lastProbe = undefined;
}

/** Returns the first endpoint of a port that is ready, if `min_ready` instances answer. */
async function enoughAnswering(
  context: LifecycleContext,
  record: WorkloadRecord,
  { observation, port }: { readonly observation: Observation; readonly port: PortRecord },
  signal: AbortSignal,
): Promise<Answering> {
  const usable = observation.instances.filter(({ ready, ending }) => ready && !ending);
  const reached = usable.map(({ endpoints }) => endpoints.filter(isOf(port)));
  const wanted = Math.min(record.settings.minReady ?? 1, observation.wanted);
  if (wanted <= 1) return firstAnswering(context, record, reached.flat(), signal);
  const each = await Promise.all(reached.map((endpoints) => firstAnswering(context, record, endpoints, signal)));
  const found = each.filter(({ endpoint }) => endpoint !== undefined);
  const [first] = found;
  if (first === undefined) return each[0] ?? { summary: observation.note || NO_ADDRESS };
  if (found.length >= wanted) return first;
  return { summary: `${found.length} of ${observation.wanted} instances answer, ${wanted} must (min_ready)` };
}

/** The ready endpoint of a port, or why there is none. */
interface Answering {
  readonly endpoint?: Endpoint | undefined;
  readonly summary?: string | undefined;
}

/** Tries each of these addresses once; returns the first that is ready, or why there is none. */
export async function firstAnswering(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<Answering> {
  const ranMs = context.clock.wall() - (record.observation?.startedAtMs ?? 0);
  let summary = endpoints.length === 0 ? record.observation?.note || NO_ADDRESS : undefined;
  for (const found of endpoints) {
    const endpoint = asConfigured(record, found);
    if (ranMs < (endpoint.afterMs ?? 0)) continue;
    const answer = await probeOne(context, record, endpoint, signal);
    if (answer.kind !== "no") return { endpoint };
    // Of several results, one from a port where something listens is the most useful.
    if (summary === undefined || summary === NOBODY_LISTENS) summary = answer.summary;
  }
  return { summary };
}

const NO_ADDRESS = "no address that the gateway can reach: connect it to a network of the gateway, or publish the port";

/** Completes an endpoint from the engine with the scheme from the settings. */
function asConfigured({ settings }: WorkloadRecord, endpoint: Endpoint): Endpoint {
  return settings.targetScheme === "http" ? endpoint : { ...endpoint, tls: { verify: settings.targetVerify } };
}

/** Returns whether the engine's health check decides about readiness and has not passed yet. */
export function awaitsCheck({ clock }: LifecycleContext, record: WorkloadRecord, observation: Observation): boolean {
  if (record.settings.healthPath !== "") return false;
  const wall = clock.wall();
  return awaitsHealthCheck(observation, record.awakeSinceMs - clock.now() + wall, wall);
}

/**
 * Without a port to probe, it is ready when it runs; if its first health check is far away, it must listen somewhere.
 */
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
  // A connect is cheap and can be repeated often, so that the first GET is sent as soon as the app listens.
  const open = await context.probe.tcp(endpoint, signal);
  if (open.kind === "no") return open;
  // `health_path` belongs to the server on the main port; the other ports only have to be open.
  if (record.settings.healthPath === "" || endpoint.namedPort !== undefined)
    return (await stillWantsTls(context, record, endpoint, signal)) ? TLS : open;
  const startedMs = context.clock.now();
  const answer = await probeHttp(context, record, { endpoint, path: record.settings.healthPath }, signal);
  if (answer.kind === "no") await context.clock.sleep(HTTP_INTERVAL_MS - (context.clock.now() - startedMs), signal);
  return answer;
}

/** Returns whether an app that was found to require TLS still does; for others, accepting connections is enough. */
async function stillWantsTls(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<boolean> {
  const port = portTo(record, endpoint);
  if (!port.wantsTls || record.seenByFront || endpoint.tls !== undefined) return false;
  const wants = await wantsTls(context, record, endpoint, signal);
  if (!signal.aborted) noteWantsTls(port, wants);
  return wants;
}

const TLS: ProbeAnswer = { kind: "no", summary: SPEAKS_TLS };
const NOBODY_LISTENS = "connection refused";

/** The endpoint of a workload that is not reached over the network. */
export const NO_ENDPOINT: Endpoint = Object.freeze({ host: "", port: 0, published: false });

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
  const answers = portsOf(record).map(async (port) => {
    const { endpoint, said } = await enoughAnswering(context, record, { observation, port }, signal);
    if (!signal.aborted) noteProbe(port, { endpoint, said: observation.note || said });
    return endpoint;
  });
  const found = await firstFound(answers);
  const note = found === undefined ? "" : await waitForFront(context, record, signal);
  if (found === undefined || note === "" || signal.aborted) return found;
  portTo(record, found).lastProbe = note;
  return undefined;
}

/** How long to wait before the next probe of an app that starts: short at first, since most apps listen within a second. */
export function probePauseMs(elapsedMs: number): number {
  if (elapsedMs < 1_000) return 10;
  if (elapsedMs < 10_000) return 25;
  return Math.min(250, elapsedMs / 400);
}

/** Keeps what a port said to a probe, while that keeps it from being ready. */
export function noteProbe(port: PortRecord, { endpoint, said }: Answering): void {
  if (endpoint !== undefined) port.lastProbe = undefined;
  else if (said !== undefined) port.lastProbe = said;
}

/** Resolves with the first that is found, whatever the others still wait for. */
function firstFound<T>(all: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const found = all.map((one) => one.then((value) => value !== undefined && resolve(value)));
    Promise.all(found).then(() => resolve(undefined), reject);
  });
}

/** What it said to a probe belongs to a former start. */
export function forgetAnswer(record: WorkloadRecord): void {
  for (const port of portsOf(record)) port.lastProbe = undefined;
}

/** Where requests to a port may go: to the first that answers, or with `min_ready` as soon as so many instances do. */
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
  if (first === undefined) return each[0] ?? { said: observation.note || NO_ADDRESS };
  return found.length >= wanted ? first : { said: `${found.length} of ${observation.wanted} instances answer` };
}

/** An address that is ready; without one, what was said instead. */
interface Answering {
  readonly endpoint?: Endpoint | undefined;
  readonly said?: string | undefined;
}

/** Returns the first of these addresses that is ready, each tried once; without one, what was reported instead. */
export async function firstAnswering(
  context: LifecycleContext,
  record: WorkloadRecord,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<Answering> {
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
  // It is the path of one server: at the other ports an open port is enough.
  if (record.settings.healthPath === "" || endpoint.namedPort !== undefined)
    return (await stillWantsTls(context, record, endpoint, signal)) ? TLS : open;
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
  const port = portTo(record, endpoint);
  if (!port.wantsTls || record.seenByFront || endpoint.tls !== undefined) return false;
  const wants = await wantsTls(context, record, endpoint, signal);
  if (!signal.aborted) noteWantsTls(port, wants);
  return wants;
}

const TLS: ProbeAnswer = { kind: "no", said: SPEAKS_TLS };
const NOBODY_LISTENS = "connection refused";

/** The endpoint of a workload without connections. */
export const NO_ENDPOINT: Endpoint = Object.freeze({ host: "", port: 0, published: false });

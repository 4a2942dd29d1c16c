import {
  absentObservation,
  type Endpoint,
  type ExitFacts,
  noInstances,
  type Observation,
  oneInstance,
} from "../../src/core/observation.ts";
import type { Clock, Probe } from "../../src/lifecycle/ports.ts";
import type { Usage } from "../../src/core/usage.ts";
import { NOT_READY, READY } from "../support/probing.ts";

/** How one imaginary workload behaves; every field may be changed while it runs. */
export interface FakeWorkload {
  status: Observation["status"];
  id: string;
  image: string;
  labels: Record<string, string>;
  endpoint: Endpoint;
  /** How many of it run, where the engine knows replicas: the others answer at `HOST-2`, `HOST-3`, … */
  replicas: number;
  /** Hosts of instances that do not answer, that end, that are gone, and that came later. */
  readonly deaf: Set<string>;
  readonly ending: Set<string>;
  readonly gone: Set<string>;
  readonly extra: Set<string>;
  /** From running to answering a probe, by other ports than that of `endpoint`; one that is missing never answers. */
  readonly otherPorts: Record<number, number>;
  health: Observation["health"];
  firstCheckAfterMs: number | undefined;
  checkOutput: string | undefined;
  /** How long the engine's start takes. */
  startMs: number;
  /** From running to answering a probe; `Infinity`: never. */
  listenMs: number;
  /** Set: the start succeeds, and the workload ends by itself so long after. */
  endsAfterMs: number | undefined;
  endsWith: Pick<ExitFacts, "code" | "oomKilled" | "message">;
  /** How long a stop takes. */
  stopMs: number;
  /** Set: the engine refuses to start (or stop) it, with these words. */
  refusesStart: string | undefined;
  refusesStop: string | undefined;
  logs: string[];
  usage: Usage | undefined;
  /** Whether a GET on any path of it answers 2xx, and not 400; `undefined`: once it listens. */
  http: ((path: string, host: string) => boolean) | undefined;
  startedAtMs: number | undefined;
  exit: ExitFacts | undefined;
  /** Commands that run in it. */
  execs: number;
  networkOwner: Observation["networkOwner"] | undefined;
  /** As a Swarm service whose update is in progress or paused. */
  updating: boolean;
  /** As `docker run --rm` makes it. */
  autoRemove: boolean;
  cpus: number;
}

/** Answers as the imaginary apps do. */
export function createFakeProbe(workloads: ReadonlyMap<string, FakeWorkload>, clock: Clock): Probe {
  const at = (endpoint: Endpoint): FakeWorkload | undefined => {
    const found = [...workloads.values()].find(
      (workload) => hostsOf(workload).includes(endpoint.host) && listenMsOf(workload, endpoint) !== undefined,
    );
    if (found === undefined || found.deaf.has(endpoint.host)) return undefined;
    const listensAtMs = (found.startedAtMs ?? 0) + (listenMsOf(found, endpoint) ?? 0);
    return found.status === "running" && clock.wall() >= listensAtMs ? found : undefined;
  };
  return {
    tcp: (endpoint) => Promise.resolve(at(endpoint) === undefined ? NOT_READY : READY),
    http(endpoint, path, host) {
      const workload = at(endpoint);
      if (workload === undefined) return Promise.resolve(NOT_READY);
      const isGood = workload.http?.(path, host) ?? true;
      return Promise.resolve(isGood ? READY : { kind: "no", summary: `${path}: 400` });
    },
  };
}

function listenMsOf({ endpoint, listenMs, otherPorts }: FakeWorkload, { port }: Endpoint): number | undefined {
  return endpoint.port === port ? listenMs : otherPorts[port];
}

/** One that is asleep, starts at once and then answers. */
export function imagine(name: string, id: number): FakeWorkload {
  return {
    status: "stopped",
    id: `id-${id}`,
    image: `${name}:latest`,
    labels: {},
    endpoint: { host: name, port: 80, published: false },
    replicas: 1,
    deaf: new Set(),
    ending: new Set(),
    gone: new Set(),
    extra: new Set(),
    otherPorts: {},
    health: "none",
    firstCheckAfterMs: undefined,
    checkOutput: undefined,
    startMs: 0,
    listenMs: 0,
    endsAfterMs: undefined,
    endsWith: { code: 1, oomKilled: false, message: "" },
    stopMs: 0,
    refusesStart: undefined,
    refusesStop: undefined,
    logs: [],
    usage: undefined,
    http: undefined,
    startedAtMs: undefined,
    exit: undefined,
    execs: 0,
    networkOwner: undefined,
    updating: false,
    autoRemove: false,
    cpus: 0,
  };
}

/** What the engine reports about it. */
export function observationOf(
  name: string,
  workload: FakeWorkload | undefined,
  namedPorts: readonly number[] = [],
): Observation {
  if (workload === undefined) return absentObservation(name);
  const { id, status, health, image, labels, startedAtMs, exit, firstCheckAfterMs, checkOutput } = workload;
  const instances = status === "running" ? running(workload, namedPorts) : noInstances();
  const more = {
    ...(firstCheckAfterMs !== undefined && { firstCheckAfterMs }),
    ...(checkOutput !== undefined && { checkOutput }),
    ...(workload.networkOwner !== undefined && { networkOwner: workload.networkOwner }),
    ...(workload.updating && { updating: true as const }),
    ...(workload.autoRemove && { autoRemove: true as const }),
  };
  return { name, id, status, health, image, labels, ...instances, startedAtMs, exit, ...more };
}

/** The hosts of all its instances. */
function hostsOf({ endpoint: { host }, replicas, gone, extra }: FakeWorkload): string[] {
  const own = Array.from({ length: replicas }, (_, at) => (at === 0 ? host : `${host}-${at + 1}`));
  return [...own.filter((one) => !gone.has(one)), ...extra];
}

function running(
  workload: FakeWorkload,
  namedPorts: readonly number[],
): Pick<Observation, "instances" | "wanted" | "version" | "note"> {
  const { id, endpoint, replicas, startedAtMs, ending } = workload;
  const { targetPort: _, ...named } = endpoint;
  const instances = hostsOf(workload).flatMap((host) =>
    oneInstance(
      `${id} ${host}`,
      [{ ...endpoint, host }, ...namedPorts.map((port) => ({ ...named, host, port, namedPort: port }))],
      startedAtMs,
    ).instances.map((one) => {
      return { ...one, ending: ending.has(host) };
    }),
  );
  return { ...noInstances(), wanted: replicas, instances };
}

import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import type Docker from "dockerode";
import { cleanup } from "./cleanup.ts";
import { uniqueName } from "./docker.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import type { SharedSwarm, SwarmBed } from "./swarm-bed.ts";
import { waitUntil } from "./wait-until.ts";

/** The parts of Docker's service objects that tests read. */
export interface RawService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: RawSpec;
  readonly UpdateStatus?: { readonly State?: string };
}

interface RawSpec {
  readonly Labels: Record<string, string>;
  readonly Mode: { readonly Replicated: { readonly Replicas: number } };
  readonly TaskTemplate: {
    readonly ForceUpdate: number;
    readonly ContainerSpec: { readonly Env?: readonly string[] };
  };
}

/** The properties of a service; all have defaults. */
export interface ServiceSpec {
  readonly replicas?: number;
  readonly idle?: string;
  readonly env?: readonly string[];
  readonly constraints?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Directories of this machine, written as for `docker run -v`. */
  readonly binds?: readonly string[];
  /** Merged into the spec that is sent to Docker. */
  readonly more?: object;
  readonly container?: object;
  readonly task?: object;
}

/** Creates a service on the bed's overlay network with its own host; it is removed at the end of the test. */
export async function createService(t: TestContext, bed: SwarmBed, spec: ServiceSpec = {}): Promise<string> {
  const name = uniqueName("web");
  const { replicas = 3, idle = "0", env = [], constraints = [], labels = {}, binds = [], more, container, task } = spec;
  const Mounts = binds.map((bind) => {
    const [Source, Target] = bind.split(":");
    return { Type: "bind", Source, Target };
  });
  await managerOf(bed).createService({
    Name: name,
    Labels: {
      "dag.enabled": "true",
      "dag.host": hostOf(name),
      "dag.idle_timeout": idle,
      "dag.start_timeout": "25s",
      ...labels,
    },
    Mode: { Replicated: { Replicas: replicas } },
    TaskTemplate: {
      ContainerSpec: { Image: bed.image, Env: [...env], StopGracePeriod: 3_000_000_000, Mounts, ...container },
      RestartPolicy: { Condition: "any", Delay: 100_000_000 },
      Placement: { Constraints: [...constraints] },
      Networks: [{ Target: bed.network }],
      ...task,
    },
    UpdateConfig: { Parallelism: 1, Order: "start-first", Delay: 0 },
    ...more,
  } as Docker.CreateServiceOptions);
  cleanup(t, () =>
    managerOf(bed)
      .getService(name)
      .remove()
      .catch(() => undefined),
  );
  return name;
}

/** Returns the host of a service. */
export function hostOf(name: string): string {
  return `${name}.test`;
}

/** Returns a client of the first manager that was not killed. */
export function managerOf({ nodes }: SwarmBed): Docker {
  const [first] = nodes;
  if (first === undefined) throw new TypeError("a swarm has a node");
  return first.docker;
}

/**
 * Starts a gateway on the bed's overlay network, with its first node as DOCKER_HOST. `more`: keys of the file's section
 * `gateway`; `rest`: its other sections.
 */
export function openGateway(t: TestContext, bed: SwarmBed, more: object = {}, rest: object = {}): Promise<Gateway> {
  const { nodes, gateway: within } = bed;
  const config = { gateway: { bind: "0.0.0.0", hold_timeout: "100s", ...more }, ...rest };
  return startGateway(t, { within, dockerHost: nodes[0]?.host ?? "", config });
}

/** Reads a service. */
export async function inspect(bed: SwarmBed, name: string): Promise<RawService> {
  return (await managerOf(bed).getService(name).inspect()) as RawService;
}

/** Reads a service without loss of the largest numbers, which JavaScript cannot represent. */
export async function inspectExactly(bed: SwarmBed, name: string): Promise<{ readonly Spec: ExactSpec }> {
  const socketPath = bed.nodes[0]?.host.slice("unix://".length);
  const [response] = (await once(get({ socketPath, path: `/services/${name}` }), "response")) as [IncomingMessage];
  const exact = (await text(response)).replaceAll(/(?<=[:[,])-?\d{16,}(?=[,}\]])/g, '"$&"');
  return JSON.parse(exact) as { readonly Spec: ExactSpec };
}

/** A spec in which numbers with 16 and more digits are texts. */
interface ExactSpec {
  readonly Labels: Readonly<Record<string, string>>;
}

/** Updates a service like `docker service update`; repeats after a conflict. */
export async function update(bed: SwarmBed, name: string, change: (spec: RawSpec) => object): Promise<void> {
  for (;;) {
    const { Version, Spec } = await inspect(bed, name);
    try {
      await managerOf(bed)
        .getService(name)
        .update({ version: Version.Index, ...change(Spec) });
      return;
    } catch (error) {
      if (!/out of sequence/.test(String(error))) throw error;
    }
  }
}

/** Scales a service like `docker service scale`. */
export function scale(bed: SwarmBed, name: string, replicas: number): Promise<void> {
  return update(bed, name, (spec) => ({ ...spec, Mode: { Replicated: { Replicas: replicas } } }));
}

/** Replaces the tasks one by one, like `docker service update --force` with another environment. */
export function roll(bed: SwarmBed, name: string, env: readonly string[] = ["NAME=second"]): Promise<void> {
  return update(bed, name, (spec) => {
    const { TaskTemplate: task } = spec;
    return { ...spec, TaskTemplate: { ...task, ContainerSpec: { ...task.ContainerSpec, Env: env } } };
  });
}

/** Resolves when a service has 0 replicas. */
export async function untilAsleep(bed: SwarmBed, name: string): Promise<void> {
  const isAsleep = async (): Promise<boolean> => (await inspect(bed, name)).Spec.Mode.Replicated.Replicas === 0;
  await waitUntil(isAsleep, 30_000, `${name} at 0 replicas`);
}

/** Returns the number of its tasks that run and should run. */
export async function running(bed: SwarmBed, name: string): Promise<number> {
  return (await tasksOf(bed, name)).filter(
    ({ DesiredState, Status }) => DesiredState === "running" && Status.State === "running",
  ).length;
}

/** Returns all tasks of a service that Swarm keeps. */
export async function tasksOf(bed: SwarmBed, name: string): Promise<readonly RawTask[]> {
  return (await managerOf(bed).listTasks({ filters: { service: [name] } })) as RawTask[];
}

interface RawTask {
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
}

/** Resolves when this many tasks run; the queries keep the service awake. */
export async function untilAllRun(bed: SwarmBed, gateway: Gateway, name: string, count: number): Promise<void> {
  const isComplete = async (): Promise<boolean> =>
    (await gateway.request({ host: hostOf(name) })).status === 200 && (await running(bed, name)) === count;
  await waitUntil(isComplete, 40_000, `${count} tasks of ${name}`);
}

/** Sends requests without a pause; `end` returns everything that was not a 200. */
export function startLoad(gateway: Gateway, name: string): { end(): Promise<readonly unknown[]> } {
  const bad: unknown[] = [];
  const done = new AbortController();
  const clients = Array.from({ length: 4 }, async () => {
    while (!done.signal.aborted) {
      const { status, text: body } = await gateway.request({ host: hostOf(name) });
      if (status !== 200) bad.push(`${status} ${body.slice(0, 200)}`);
    }
  });
  return {
    async end() {
      done.abort();
      await Promise.all(clients);
      return bad;
    },
  };
}

interface Shown {
  readonly state?: string;
  readonly leases?: { readonly request: number };
}

async function statusOf(gateway: Gateway, name: string): Promise<Shown> {
  const { containers } = (await gateway.request({ path: "/_status/api" })).json();
  return containers.find((one: { name: string }) => one.name === name) ?? {};
}

/** Returns the state of a service that the gateway shows. */
export async function stateOf(gateway: Gateway, name: string): Promise<string | undefined> {
  return (await statusOf(gateway, name)).state;
}

/** Returns the number of open requests to a service in the gateway. */
export async function openRequests(gateway: Gateway, name: string): Promise<number | undefined> {
  return (await statusOf(gateway, name)).leases?.request;
}

/** Returns the faults in the gateway's log. */
export function faultsOf({ log }: Gateway): readonly unknown[] {
  return log.filter(({ event }) => event === "stop-failed" || event === "wake-failed");
}

/** Creates a function that defines tests with the swarm of a file. */
export function swarmRule(bedFor: SharedSwarm) {
  return (title: string, check: (bed: SwarmBed, t: TestContext) => Promise<void>): void => {
    test(title, async (t) => {
      const bed = await bedFor(t);
      if (bed !== undefined) await check(bed, t);
    });
  };
}

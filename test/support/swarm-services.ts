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

/** The parts of a service as Docker writes it down that tests read. */
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

/** What a test wants of a service; everything has a default. */
export interface ServiceSpec {
  readonly replicas?: number;
  readonly idle?: string;
  readonly env?: readonly string[];
  readonly constraints?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Folders of this machine, as `docker run -v` takes them. */
  readonly binds?: readonly string[];
  /** Merged over what is sent to Docker. */
  readonly more?: object;
  readonly container?: object;
  readonly task?: object;
}

/** Creates a service on the bed's overlay network, under a host of its own, which is removed at the end of the test. */
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

/** The host of a service. */
export function hostOf(name: string): string {
  return `${name}.test`;
}

/** A manager that lives: the first that was not killed. */
export function managerOf({ nodes }: SwarmBed): Docker {
  const [first] = nodes;
  if (first === undefined) throw new TypeError("a swarm has a node");
  return first.docker;
}

/** A gateway on the overlay network of the bed, configured with its first node. */
export function openGateway(t: TestContext, bed: SwarmBed, more: object = {}): Promise<Gateway> {
  const { nodes, gateway: within } = bed;
  const config = { gateway: { bind: "0.0.0.0", hold_timeout: "100s", ...more } };
  return startGateway(t, { within, dockerHost: nodes[0]?.host ?? "", config });
}

/** A service as Docker writes it down. */
export async function inspect(bed: SwarmBed, name: string): Promise<RawService> {
  return (await managerOf(bed).getService(name).inspect()) as RawService;
}

/** The same as it is written, with every number of its own: JavaScript cannot hold the largest. */
export async function inspectExactly(bed: SwarmBed, name: string): Promise<{ readonly Spec: ExactSpec }> {
  const socketPath = bed.nodes[0]?.host.slice("unix://".length);
  const [response] = (await once(get({ socketPath, path: `/services/${name}` }), "response")) as [IncomingMessage];
  const exact = (await text(response)).replaceAll(/(?<=[:[,])-?\d{16,}(?=[,}\]])/g, '"$&"');
  return JSON.parse(exact) as { readonly Spec: ExactSpec };
}

/** Numbers of 16 and more digits are texts. */
interface ExactSpec {
  readonly Labels: Readonly<Record<string, string>>;
}

/** As `docker service update`: reads, writes, and tries again when somebody else was faster. */
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

/** As `docker service scale`. */
export function scale(bed: SwarmBed, name: string, replicas: number): Promise<void> {
  return update(bed, name, (spec) => ({ ...spec, Mode: { Replicated: { Replicas: replicas } } }));
}

/** As `docker service update --force` with another environment: its tasks are replaced one by one. */
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

/** How many of its tasks run, and are to run. */
export async function running(bed: SwarmBed, name: string): Promise<number> {
  return (await tasksOf(bed, name)).filter(
    ({ DesiredState, Status }) => DesiredState === "running" && Status.State === "running",
  ).length;
}

/** All tasks of a service that Swarm keeps. */
export async function tasksOf(bed: SwarmBed, name: string): Promise<readonly RawTask[]> {
  return (await managerOf(bed).listTasks({ filters: { service: [name] } })) as RawTask[];
}

interface RawTask {
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
}

/** Resolves when so many tasks run; who asks keeps it awake. */
export async function untilAllRun(bed: SwarmBed, gateway: Gateway, name: string, count: number): Promise<void> {
  const isComplete = async (): Promise<boolean> =>
    (await gateway.request({ host: hostOf(name) })).status === 200 && (await running(bed, name)) === count;
  await waitUntil(isComplete, 40_000, `${count} tasks of ${name}`);
}

/** Asks without a break; `end` returns what was no 200. */
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

/** The state of a service as the gateway shows it. */
export async function stateOf(gateway: Gateway, name: string): Promise<string | undefined> {
  return (await statusOf(gateway, name)).state;
}

/** How many requests to a service are open in the gateway. */
export async function openRequests(gateway: Gateway, name: string): Promise<number | undefined> {
  return (await statusOf(gateway, name)).leases?.request;
}

/** What the gateway failed at. */
export function faultsOf({ log }: Gateway): readonly unknown[] {
  return log.filter(({ event }) => event === "stop-failed" || event === "wake-failed");
}

/** A rule that holds on the swarm of a file. */
export function swarmRule(bedFor: SharedSwarm) {
  return (title: string, check: (bed: SwarmBed, t: TestContext) => Promise<void>): void => {
    test(title, async (t) => {
      const bed = await bedFor(t);
      if (bed !== undefined) await check(bed, t);
    });
  };
}

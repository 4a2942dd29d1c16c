import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type Docker from "dockerode";
import { uniqueName } from "../support/docker.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { type SwarmBed, swarmOrSkip } from "../support/swarm-bed.ts";
import { waitUntil } from "../support/wait-until.ts";

interface RawService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: {
    readonly Labels: Record<string, string>;
    readonly Mode: { readonly Replicated: { readonly Replicas: number } };
    readonly TaskTemplate: {
      readonly ForceUpdate: number;
      readonly ContainerSpec: { readonly Env?: readonly string[] };
    };
  };
  readonly UpdateStatus?: { readonly State?: string };
}

describe("a swarm of three nodes", { concurrency: false }, () => {
  test("its services sleep and wake with all their tasks, and are never written to but for that", async (t) => {
    const bed = await swarmOrSkip(t, 3, 3);
    if (bed === undefined) return;
    await sleepsAndWakes(bed, t);
    await followsOthers(bed, t);
    await rolls(bed, t);
    await tellsFailures(bed, t);
    await namesGlobalServices(bed, t);
    await failsOver(bed, t);
  });
});

/** 3 → idle → 0 → request → 3, also when the gateway was killed in between; what it sends back is what it has read. */
async function sleepsAndWakes(bed: SwarmBed, t: TestContext): Promise<void> {
  const name = await createService(bed, { replicas: 3, idle: "2s" });
  const before = await inspect(bed, name);
  const gateway = await openGateway(bed, t);
  await asleep(bed, name);
  const sleeping = await inspect(bed, name);
  assert.equal(sleeping.Spec.Labels["dag.replicas"], "3");
  await gateway.stop("SIGKILL");
  const next = await gateway.restart();
  const posts = Array.from({ length: 8 }, (_, at) =>
    next.request({ host: hostOf(name), method: "POST", path: "/echo", body: `body ${at}` }),
  );
  assert.deepEqual(
    (await Promise.all(posts)).map(({ status }) => status),
    posts.map(() => 200),
    "a POST is held while tasks are prepared",
  );
  // Each request keeps it awake.
  const isComplete = async (): Promise<boolean> => {
    return (await next.request({ host: hostOf(name) })).status === 200 && (await running(bed, name)) === 3;
  };
  await waitUntil(isComplete, 30_000, "all three tasks");
  const after = await inspect(bed, name);
  const { "dag.replicas": kept, ...labels } = after.Spec.Labels;
  assert.equal(kept, "3");
  assert.equal(JSON.stringify({ ...after.Spec, Labels: labels }), JSON.stringify(before.Spec));
  const names = async (): Promise<Set<string>> => {
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => next.request({ host: hostOf(name), path: "/count" })),
    );
    return new Set(answers.map((answer) => String(answer.json().began)));
  };
  await waitUntil(async () => (await names()).size === 3, 10_000, "answers of all three tasks");
  await next.stop();
  await remove(bed, name);
}

/** Somebody else scales it: it is woken with that number; others that write at the same time get no error of ours. */
async function followsOthers(bed: SwarmBed, t: TestContext): Promise<void> {
  const name = await createService(bed, { replicas: 3, idle: "3s" });
  const gateway = await openGateway(bed, t);
  assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
  await update(bed, name, (spec) => ({ ...spec, Mode: { Replicated: { Replicas: 2 } } }));
  await asleep(bed, name);
  assert.equal((await inspect(bed, name)).Spec.Labels["dag.replicas"], "2");
  const others = Array.from({ length: 10 }, (_, at) =>
    update(bed, name, (spec) => ({ ...spec, Labels: { ...spec.Labels, [`touched-${at}`]: "yes" } })),
  );
  const answer = await gateway.request({ host: hostOf(name) });
  await Promise.all(others);
  assert.equal(answer.status, 200);
  assert.equal((await inspect(bed, name)).Spec.Mode.Replicated.Replicas, 2);
  assert.equal(
    Object.keys((await inspect(bed, name)).Spec.Labels).filter((label) => label.startsWith("touched")).length,
    10,
  );
  assert.deepEqual(
    gateway.log.filter(({ event }) => event === "stop-failed" || event === "wake-failed"),
    [],
  );
  await gateway.stop();
  await remove(bed, name);
}

/** A rolling update of an awake service loses no request, and is left to itself. */
async function rolls(bed: SwarmBed, t: TestContext): Promise<void> {
  const name = await createService(bed, { replicas: 3, idle: "5m" });
  const gateway = await openGateway(bed, t);
  assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
  await waitUntil(async () => (await running(bed, name)) === 3, 30_000, "all three tasks");
  const statuses: number[] = [];
  const done = new AbortController();
  const load = Array.from({ length: 4 }, async () => {
    while (!done.signal.aborted) statuses.push((await gateway.request({ host: hostOf(name) })).status);
  });
  await update(bed, name, (spec) => {
    const { TaskTemplate: task } = spec;
    const container = { ...task.ContainerSpec, Env: ["NAME=second"] };
    return { ...spec, TaskTemplate: { ...task, ContainerSpec: container } };
  });
  const version = async (): Promise<number> => (await inspect(bed, name)).Version.Index;
  await waitUntil(async () => (await inspect(bed, name)).UpdateStatus?.State === "completed", 60_000, "the update");
  const settled = await version();
  await waitUntil(async () => (await gateway.request({ host: hostOf(name) })).status === 200);
  done.abort();
  await Promise.all(load);
  const bad = statuses.filter((status) => status !== 200);
  assert.deepEqual(bad, [], `${bad.length} of ${statuses.length}`);
  assert.equal(await version(), settled, "nobody else has written");
  assert.equal(gateway.log.filter(({ event, container }) => event === "ready" && container === name).length, 1);
  await gateway.stop();
  await remove(bed, name);
}

/** The reason why no task starts is reported. */
async function tellsFailures(bed: SwarmBed, t: TestContext): Promise<void> {
  const crashing = await createService(bed, { replicas: 0, env: ["EXIT_AFTER_MS=1", "EXIT_CODE=3"] });
  const unschedulable = await createService(bed, { replicas: 0, constraints: ["node.labels.moon==yes"] });
  const gateway = await openGateway(bed, t);
  const [crash, nowhere] = await Promise.all(
    [crashing, unschedulable].map((name) => gateway.request({ host: hostOf(name) })),
  );
  assert.match(crash?.text ?? "", /exit code 3/);
  assert.match(nowhere?.text ?? "", /no suitable node/);
  await gateway.stop();
  for (const name of [crashing, unschedulable]) await remove(bed, name);
}

/** The manager that the gateway uses is killed: the gateway uses the next one. */
async function failsOver(bed: SwarmBed, t: TestContext): Promise<void> {
  const name = await createService(bed, { replicas: 3, idle: "2s" });
  const managers = bed.nodes.slice(1).map(({ host }) => host);
  const gateway = await openGateway(bed, t, { swarm_managers: managers });
  await asleep(bed, name);
  bed.nodes[1]?.kill();
  assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
  assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
  await asleep(bed, name);
  await gateway.stop();
}

/** A service without a number of replicas is left alone, and this is reported. */
async function namesGlobalServices(bed: SwarmBed, t: TestContext): Promise<void> {
  const name = uniqueName("everywhere");
  const TaskTemplate = { ContainerSpec: { Image: bed.image }, Networks: [{ Target: bed.network }] };
  const Labels = { "dag.enabled": "true", "dag.host": hostOf(name) };
  await manager(bed).createService({ Name: name, Labels, Mode: { Global: {} }, TaskTemplate });
  const gateway = await openGateway(bed, t);
  const { unrouted } = (await gateway.request({ path: "/_status/api" })).json();
  assert.match(JSON.stringify(unrouted), new RegExp(`"name":"${name}".*cannot be scaled`));
  assert.equal((await gateway.request({ host: hostOf(name) })).status, 404);
  await gateway.stop();
  await remove(bed, name);
}

interface Wanted {
  readonly replicas: number;
  readonly idle?: string;
  readonly env?: readonly string[];
  readonly constraints?: readonly string[];
}

async function createService(
  bed: SwarmBed,
  { replicas, idle = "0", env = [], constraints = [] }: Wanted,
): Promise<string> {
  const name = uniqueName("web");
  await manager(bed).createService({
    Name: name,
    Labels: { "dag.enabled": "true", "dag.host": hostOf(name), "dag.idle_timeout": idle, "dag.start_timeout": "20s" },
    Mode: { Replicated: { Replicas: replicas } },
    TaskTemplate: {
      ContainerSpec: {
        Image: bed.image,
        Env: [...env],
        StopGracePeriod: 3_000_000_000,
        Healthcheck: { Test: ["NONE"], StartPeriod: 1_000_000 },
      },
      RestartPolicy: { Condition: "any", Delay: 100_000_000 },
      Placement: { Constraints: [...constraints] },
      Networks: [{ Target: bed.network }],
    },
    UpdateConfig: { Parallelism: 1, Order: "start-first", Delay: 0 },
  } as Docker.CreateServiceOptions);
  return name;
}

function openGateway(bed: SwarmBed, t: TestContext, more: object = {}): Promise<Gateway> {
  const { nodes, gateway: within } = bed;
  const config = { gateway: { bind: "0.0.0.0", hold_timeout: "40s", ...more } };
  return startGateway(t, { within, dockerHost: nodes[0]?.host ?? "", config });
}

function hostOf(name: string): string {
  return `${name}.test`;
}

function manager({ nodes: [first] }: SwarmBed): Docker {
  if (first === undefined) throw new TypeError("a swarm has a node");
  return first.docker;
}

async function inspect(bed: SwarmBed, name: string): Promise<RawService> {
  return (await manager(bed).getService(name).inspect()) as RawService;
}

/** As `docker service update`: reads, writes, and tries again when somebody else was faster. */
async function update(bed: SwarmBed, name: string, change: (spec: RawService["Spec"]) => object): Promise<void> {
  for (;;) {
    const { Version, Spec } = await inspect(bed, name);
    try {
      await manager(bed)
        .getService(name)
        .update({ version: Version.Index, ...change(Spec) });
      return;
    } catch (error) {
      if (!/out of sequence/.test(String(error))) throw error;
    }
  }
}

async function asleep(bed: SwarmBed, name: string): Promise<void> {
  const isAsleep = async (): Promise<boolean> => (await inspect(bed, name)).Spec.Mode.Replicated.Replicas === 0;
  await waitUntil(isAsleep, 30_000, `${name} at 0 replicas`);
}

async function running(bed: SwarmBed, name: string): Promise<number> {
  const tasks = (await manager(bed).listTasks({ filters: { service: [name] } })) as { Status: { State: string } }[];
  return tasks.filter(({ Status }) => Status.State === "running").length;
}

async function remove(bed: SwarmBed, name: string): Promise<void> {
  await manager(bed).getService(name).remove();
}

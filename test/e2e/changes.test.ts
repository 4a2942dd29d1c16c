import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuSeconds } from "../bench/cpu-seconds.ts";
import { buildGateway } from "../support/built-gateway.ts";
import { startGateway } from "../support/gateway.ts";
import { labelsOf, type StaticDocker, startStaticDocker } from "../support/static-docker.ts";
import { waitUntil } from "../support/wait-until.ts";

const MANY = 2_000;
const config = { gateway: { discovery_interval: "1h" } };

test(`with ${MANY} containers, a change of one causes one query about it`, async (t) => {
  const docker = await startStaticDocker(t, MANY);
  const gateway = await startGateway(t, { dockerHost: docker.host, config });
  await waitUntil(
    () => docker.calls.filter((call) => call === "GET /containers/json").length === 2,
    10_000,
    "the lists",
  );

  /** The calls that a change causes, up to those of a second change after it. */
  async function callsOf(change: () => void): Promise<readonly string[]> {
    docker.calls.length = 0;
    change();
    await waitUntil(() => docker.calls.length > 0, 5_000, "a query");
    docker.emit("app-1", "update");
    const next = "GET /containers/app-1/json";
    await waitUntil(() => docker.calls.includes(next), 5_000, "the query of the next event");
    return docker.calls.filter((call) => call !== next);
  }

  for (const action of ["start", "die", "update"]) {
    assert.deepEqual(await callsOf(() => docker.emit("app-7", action)), ["GET /containers/app-7/json"], action);
  }
  assert.deepEqual(await callsOf(() => docker.create("new", labelsOf(MANY))), ["GET /containers/new/json"], "create");
  assert.notEqual((await gateway.request({ host: `app-${MANY}.test`, path: "/" })).status, 404);
  assert.deepEqual(await callsOf(() => docker.remove("app-7")), ["GET /containers/app-7/json"], "destroy");
});

test("after a lost event stream the whole list is read once, and nothing that is unchanged is queried", async (t) => {
  const docker = await startStaticDocker(t, MANY);
  await startGateway(t, { dockerHost: docker.host, config });
  await waitUntil(() => docker.calls.includes("GET /events"), 10_000, "the event stream");
  docker.emit("app-1", "update");
  await waitUntil(() => docker.calls.includes("GET /containers/app-1/json"), 10_000, "the query of an event");
  docker.calls.length = 0;
  docker.cut();
  await waitUntil(() => docker.calls.includes("GET /containers/json"), 10_000, "the list");
  docker.emit("app-1", "update");
  await waitUntil(() => docker.calls.includes("GET /containers/app-1/json"), 10_000, "the query of an event");
  assert.deepEqual(docker.calls.filter((call) => call.startsWith("GET /containers/")).toSorted(), [
    "GET /containers/app-1/json",
    "GET /containers/json",
  ]);
});

/** What may happen to one container, and changes its settings and routes. */
const CHANGES: Readonly<Record<string, (docker: StaticDocker, at: number) => string>> = {
  created(docker, at) {
    docker.create(`new-${at}`, labelsOf(1_000_000 + at));
    return `new-${at}`;
  },
  "recreated with another label"(docker, at) {
    docker.remove(`app-${at % 10}`);
    docker.create(`app-${at % 10}`, { ...labelsOf(at % 10), "dag.idle_timeout": `${at}m` });
    return `app-${at % 10}`;
  },
  removed(docker, at) {
    docker.remove(`new-${at}`);
    return `new-${at}`;
  },
};

test("a container that is created, recreated or removed costs the same with 10 and with 10,000 others", async (t) => {
  const program = buildGateway(t);
  const [few, many] = [await costs(10), await costs(10_000)];
  for (const [kind, cost] of Object.entries(many)) {
    t.diagnostic(`${kind}: ${few[kind]?.toFixed(1)} ms with 10, ${cost.toFixed(1)} ms with 10,000`);
    // Rebuilding all settings and routes took 20 times as much.
    assert.ok(
      cost < 4 * Math.max(2, few[kind] ?? 0),
      `${kind}: ${cost.toFixed(1)} ms, with 10 ${few[kind]?.toFixed(1)}`,
    );
  }

  /** CPU ms of each kind of change. */
  async function costs(count: number): Promise<Record<string, number>> {
    const docker = await startStaticDocker(t, count);
    const gateway = await startGateway(t, { dockerHost: docker.host, config, program });
    await waitUntil(() => docker.calls.includes("GET /events"), 30_000, "the event stream");
    const found: Record<string, number> = {};
    for (const [kind, change] of Object.entries(CHANGES)) {
      for (let at = 0; at < WARM_UP; at += 1) await follow(docker, change(docker, at));
      const before = cpuSeconds(gateway.pid);
      for (let at = WARM_UP; at < WARM_UP + MEASURED; at += 1) await follow(docker, change(docker, at));
      found[kind] = ((cpuSeconds(gateway.pid) - before) / MEASURED) * 1_000;
    }
    await gateway.stop("SIGKILL");
    return found;
  }
});

const WARM_UP = 10;
const MEASURED = 40;

async function follow(docker: StaticDocker, name: string): Promise<void> {
  await waitUntil(() => docker.calls.includes(`GET /containers/${name}/json`), 10_000, `the query about ${name}`);
  docker.calls.length = 0;
}

test("a list in which only Docker's status texts differ is neither parsed nor compared", async (t) => {
  const docker = await startStaticDocker(t, 5_000);
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { gateway: { discovery_interval: "200ms" } },
    program: buildGateway(t),
  });
  await waitUntil(() => docker.calls.includes("GET /events"), 30_000, "the event stream");

  /** CPU seconds of ten lists. */
  async function costOfLists(beforeEach: (at: number) => void): Promise<number> {
    const before = cpuSeconds(gateway.pid);
    for (let at = 0; at < 10; at += 1) {
      beforeEach(at);
      docker.calls.length = 0;
      await waitUntil(() => docker.calls.includes("GET /containers/json"), 10_000, "a list");
    }
    return cpuSeconds(gateway.pid) - before;
  }

  await costOfLists(() => {});
  const same = await costOfLists(() => {});
  const other = await costOfLists((at) => docker.replace(`app-${at}`, labelsOf(1_000_000 + at)));
  t.diagnostic(`ten lists: ${same.toFixed(2)} s unchanged, ${other.toFixed(2)} s with one change each`);
  assert.ok(same < other * 0.75, `${same.toFixed(2)} s unchanged, ${other.toFixed(2)} s with one change each`);
  assert.notEqual((await gateway.request({ host: "app-1000003.test", path: "/" })).status, 404);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeManager, MANAGER, PENDING, startFakeManager } from "../../../test/support/fake-manager.ts";
import { quietFor } from "../../../test/support/real-time.ts";
import { waitUntil } from "../../../test/support/wait-until.ts";
import { EngineError } from "../../lifecycle/ports.ts";
import { readConnection } from "../docker/connection.ts";
import { createSwarmEngine } from "./create-swarm-engine.ts";
import { createSwarmClient } from "./swarm-client.ts";

const WORKER = { LocalNodeState: "active", ControlAvailable: false };

function clientOf(...managers: readonly FakeManager[]) {
  return createSwarmClient(managers.map(({ host }) => readConnection({ DOCKER_HOST: host })));
}

test("of several daemons the first that is a manager is asked, whatever the others are", async (t) => {
  const worker = await startFakeManager(t, { "/info": { Swarm: WORKER } });
  const outside = await startFakeManager(t, { "/info": { Swarm: { LocalNodeState: "inactive" } } });
  const manager = await startFakeManager(t, { "/services": [] });
  const client = clientOf(worker, outside, manager);
  t.after(() => client.close());
  assert.equal(await client.isManager(), true);
  await client.call("GET", "/services");
  assert.ok(manager.calls.includes("GET /services"));
});

test("where none of several daemons is a manager, that is said of one of them", async (t) => {
  const workers = [await startFakeManager(t), await startFakeManager(t)];
  for (const { answers } of workers) answers["/info"] = { Swarm: WORKER };
  const client = clientOf(...workers);
  t.after(() => client.close());
  await assert.rejects(client.isManager(), (error: unknown) => {
    return (
      error instanceof EngineError &&
      error.code === "unreachable" &&
      error.message.endsWith("is not a manager of a swarm")
    );
  });
});

for (const state of ["pending", "error", "locked"]) {
  test(`a daemon whose node is ${state} is unreachable, and not "no manager"`, async (t) => {
    const Swarm = { LocalNodeState: state, ControlAvailable: false };
    const client = clientOf(await startFakeManager(t, { "/info": { Swarm } }));
    t.after(() => client.close());
    await assert.rejects(client.isManager(), {
      code: "unreachable",
      message: new RegExp(`node of the swarm is ${state}$`),
    });
  });
}

test("a lone daemon that is a worker is no manager", async (t) => {
  const client = clientOf(await startFakeManager(t, { "/info": { Swarm: WORKER } }));
  t.after(() => client.close());
  assert.equal(await client.isManager(), false);
});

test("a manager that reports for the first time that it is none is queried twice more", async (t) => {
  const service = { ID: "s1", Version: { Index: 1 }, Spec: { Name: "web", Mode: { Replicated: { Replicas: 0 } } } };
  const daemon = await startFakeManager(t, { "/services": [service] });
  const reach = () => ({ address: "auto", network: "" }) as const;
  const engine = createSwarmEngine({ environment: { DOCKER_HOST: daemon.host }, managers: [], reach });
  t.after(() => engine.close());
  t.mock.method(performance, "now", () => now);
  let now = 0;
  assert.equal((await engine.list()).length, 1);
  daemon.answers["/info"] = { Swarm: WORKER };
  now += 20_000;
  await assert.rejects(engine.list(), { code: "unreachable" });
  daemon.answers["/info"] = { Swarm: MANAGER };
  assert.equal((await engine.list()).length, 1, "it was demoted for a moment");

  daemon.answers["/info"] = { Swarm: WORKER };
  now += 20_000;
  await assert.rejects(engine.list(), { code: "unreachable" });
  assert.deepEqual(await engine.list(), []);
  const asked = daemon.calls.filter((call) => call === "GET /info").length;
  assert.deepEqual(await engine.list(), []);
  assert.deepEqual(await engine.list(), []);
  assert.equal(daemon.calls.filter((call) => call === "GET /info").length, asked + 1);
});

test("a number that JavaScript cannot hold is written back as it was read", async (t) => {
  const largest = "9223372036854775807";
  const service = `{"ID": "s1", "Version": {"Index": 7}, "Spec": {"Name": "web", "Mode": {"Replicated": {"Replicas": 2}},
    "TaskTemplate": {"Resources": {"Limits": {"MemoryBytes": ${largest}, "NanoCPUs": 500000000}},
      "ContainerSpec": {"StopGracePeriod": ${largest}, "Args": ["${largest}"]}}}}`;
  const answers = { "/services/web": service, "/services/s1": service, "/services/s1/update": {} };
  const daemon = await startFakeManager(t, answers);
  const reach = () => ({ address: "auto", network: "" }) as const;
  const engine = createSwarmEngine({ environment: { DOCKER_HOST: daemon.host }, managers: [], reach });
  t.after(() => engine.close());
  const ref = { name: "web", targetPort: 80, network: "" };
  assert.equal((await engine.observe(ref)).stopTimeoutMs, Number(largest) / 1e6);
  await engine.stop(ref, { method: "stop", timeoutMs: undefined, signal: "" });
  assert.equal(
    daemon.bodies[0],
    `{"Name":"web","Mode":{"Replicated":{"Replicas":0}},"TaskTemplate":{"Resources":{"Limits":{"MemoryBytes":${largest},` +
      `"NanoCPUs":500000000}},"ContainerSpec":{"StopGracePeriod":${largest},"Args":["${largest}"]}},"Labels":{"dag.replicas":"2"}}`,
  );
  const isLeftAlone = (): boolean => !daemon.calls.includes("GET /services/s1");
  await quietFor(100, isLeftAlone, "its tasks have all the time that the service gives them");
});

test("a manager that went silent without a word is noticed, and its successor followed; an idle one is not", async (t) => {
  const first = await startFakeManager(t, { "/services": [], "/events": PENDING, "/_ping": "OK" });
  const second = await startFakeManager(t, { "/services": [], "/events": PENDING, "/_ping": "OK" });
  const reach = () => ({ address: "auto", network: "" }) as const;
  const managers = [first.host, second.host];
  const engine = createSwarmEngine({ environment: {}, managers, reach, silenceMs: 150 });
  const end = new AbortController();
  t.after(() => {
    end.abort();
    return engine.close();
  });
  const opened = (): number =>
    [first, second].flatMap(({ calls }) => calls).filter((call) => call === "GET /events").length;
  engine.watch(
    () => undefined,
    () => undefined,
    end.signal,
  );
  await waitUntil(() => first.calls.filter((call) => call === "GET /_ping").length >= 3, 5_000, "pings");
  assert.equal(opened(), 1, "an idle manager is no dead one");
  first.answers["/_ping"] = PENDING;
  first.answers["/info"] = { Swarm: WORKER };
  await waitUntil(() => opened() === 2, 5_000, "another stream");
});

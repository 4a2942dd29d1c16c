import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureSettings, type LifecycleFixture, openLifecycle } from "./lifecycle-fixture.ts";

const MINUTE = 60_000;
const SECOND = 1_000;
const app = { name: "app", idleTimeoutMs: 10 * MINUTE };

test("a workload of three instances is woken as three", async () => {
  const fixture = await openLifecycle([app], { fakes: { app: { status: "running", replicas: 3 } } });
  await fixture.clock.advance(10 * MINUTE + 1_000);
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.saved.get("app")?.instances, 3);
  fixture.visit("app");
  await fixture.clock.settle();
  assert.deepEqual(fixture.orders(), ["stop app stop", "start app ×3"]);
});

test("the former number of instances survives a restart of the gateway, and one is not worth a word", async () => {
  const fixture = await openLifecycle([app, { name: "single" }], { memories: { app: { instances: 3 } } });
  fixture.visit("app");
  fixture.visit("single");
  await fixture.clock.advance(2_000);
  assert.deepEqual(fixture.orders(), ["start app ×3", "start single"]);
  assert.equal(fixture.saved.get("app")?.instances, 3);
  assert.equal("instances" in (fixture.saved.get("single") ?? {}), false);
});

test("a workload scaled from outside is woken with its last count", async () => {
  const fixture = await openLifecycle([app], { fakes: { app: { status: "running", replicas: 3 } } });
  fixture.engine.get("app").replicas = 2;
  fixture.engine.notifyChange("app");
  await fixture.clock.settle();
  fixture.engine.stopOutside("app");
  await fixture.clock.settle();
  fixture.visit("app");
  await fixture.clock.advance(5 * MINUTE);
  assert.deepEqual(fixture.orders(), ["start app ×2"]);
});

const three = { fakes: { app: { status: "running", replicas: 3 } } } as const;

test("requests go to the instances in turn", async () => {
  const fixture = await openLifecycle([app], three);
  assert.deepEqual(await targetsOf(fixture, 6), ["app-2", "app-3", "app", "app-2", "app-3", "app"].toSorted());
});

test("the instances of what is no longer configured are not probed", async () => {
  const fakes = { app: { ...three.fakes.app, deaf: new Set(["app"]) } };
  const fixture = await openLifecycle([app, { name: "other" }], { fakes });
  await fixture.clock.advance(SECOND);
  const record = fixture.record("app");
  assert.ok(record.targets.following !== undefined, "one instance is awaited");
  await fixture.configure(fixtureSettings([{ name: "other" }]));
  await fixture.clock.advance(SECOND);
  assert.equal(record.targets.following, undefined);
});

test("the first instance that answers opens the gate, and others join when they do", async () => {
  const fixture = await openLifecycle([app], three);
  const workload = fixture.engine.get("app");
  workload.deaf.add("app").add("app-3");
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.settle();
  const client = fixture.visit("app");
  await fixture.clock.advance(SECOND);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(await targetsOf(fixture, 2), ["app-2", "app-2"]);
  workload.deaf.delete("app");
  await fixture.clock.advance(SECOND);
  assert.deepEqual(await targetsOf(fixture, 2), ["app", "app-2"]);
  workload.deaf.delete("app-3");
  await fixture.clock.advance(SECOND);
  assert.deepEqual(await targetsOf(fixture, 3), ["app", "app-2", "app-3"]);
  assert.equal(fixture.emitted("ready").length, 2, "one for the first run, one for the wake");
});

test("an instance that refuses a connection leaves for a second, and the others go on", async () => {
  const fixture = await openLifecycle([app], three);
  const record = fixture.record("app");
  assert.ok(record.state.status === "ready");
  fixture.lifecycle.context.dispatch(record, { type: "refused", endpoint: record.state.targets[0]! });
  await fixture.clock.advance(SECOND - 300);
  assert.deepEqual(await targetsOf(fixture, 2), ["app-2", "app-3"]);
  await fixture.clock.advance(600);
  assert.deepEqual(await targetsOf(fixture, 3), ["app", "app-2", "app-3"]);
  assert.equal(fixture.status("app"), "ready");
});

test("a rolling update is no new run as long as one old target survives", async () => {
  const fixture = await openLifecycle([app], three);
  const workload = fixture.engine.get("app");
  const client = fixture.visit("app");
  await fixture.clock.settle();
  for (const old of ["app", "app-2", "app-3"]) {
    workload.ending.add(old);
    workload.extra.add(`new-${old}`);
    fixture.engine.notifyChange("app");
    await fixture.clock.advance(SECOND);
    workload.gone.add(old);
    fixture.engine.notifyChange("app");
    await fixture.clock.advance(SECOND);
  }
  assert.deepEqual(await targetsOf(fixture, 3), ["new-app", "new-app-2", "new-app-3"]);
  assert.equal(fixture.emitted("ready").length, 1);
  const gone = fixture.emitted("run-over").map(({ endpoint }) => endpoint.host);
  assert.deepEqual(gone, ["app", "app-2", "app-3"], "what is open to an instance ends with that one");
  client.close();
});

/** Where so many requests go, sorted. */
async function targetsOf(fixture: LifecycleFixture, count: number): Promise<string[]> {
  const clients = Array.from({ length: count }, () => fixture.visit("app"));
  await fixture.clock.settle();
  return clients
    .map((client) => {
      client.close();
      return client.admission?.kind === "forward" ? client.admission.forward.to.host : client.answer;
    })
    .toSorted();
}

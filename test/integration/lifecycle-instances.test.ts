import assert from "node:assert/strict";
import { test } from "node:test";
import { CAPABILITIES } from "../../src/core/engine-kind.ts";
import { EngineError } from "../../src/lifecycle/ports.ts";
import { pinOf } from "../../src/lifecycle/admit/pin.ts";
import {
  type FakeClient,
  fixtureSettings,
  type LifecycleFixture,
  openLifecycle,
  type Visit,
} from "./lifecycle-fixture.ts";

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

test("the former number of instances survives a restart of the gateway", async () => {
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

test("an instance that refuses a connection is skipped for a second, and the others continue", async () => {
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

test("an idle stop that somebody else's change prevents is no failure, and comes later", async () => {
  const fixture = await openLifecycle([app], three);
  const record = fixture.record("app");
  const { engine } = record;
  record.engine = { ...engine, stop: () => Promise.reject(new EngineError("changed", "update out of sequence")) };
  await fixture.clock.advance(10 * MINUTE + SECOND);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(fixture.emitted("stop-failed"), []);
  record.engine = engine;
  await fixture.clock.advance(MINUTE);
  assert.equal(fixture.status("app"), "asleep");
});

test("during an update of it an idle workload stays awake, and nothing is reported", async () => {
  const fixture = await openLifecycle([app], three);
  const workload = fixture.engine.get("app");
  workload.updating = true;
  workload.refusesStop = "it has an update that is not done";
  const before = fixture.emitted("ready").length;
  await fixture.clock.advance(15 * MINUTE);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(fixture.orders(), []);
  assert.equal(fixture.emitted("ready").length, before);
  workload.updating = false;
  workload.refusesStop = undefined;
  await fixture.clock.advance(MINUTE);
  assert.equal(fixture.status("app"), "asleep");
});

test("with least-connections a request goes to an instance with the fewest open ones", async () => {
  const fixture = await openLifecycle([{ ...app, strategy: "least-connections" }], three);
  const [first, second, third] = await visitAll(fixture, 3);
  assert.equal(new Set([first, second, third].map(hostOf)).size, 3);
  second?.close();
  const [fourth] = await visitAll(fixture, 1);
  assert.equal(hostOf(fourth), hostOf(second), "the others have one each");
  third?.close();
  third?.close();
  fourth?.close();
  const next = await visitAll(fixture, 2);
  assert.deepEqual(next.map(hostOf).toSorted(), [hostOf(second), hostOf(third)].toSorted());
});

test("what is open is still counted when an instance joins or leaves, or the strategy changes", async () => {
  const fixture = await openLifecycle([app], three);
  const workload = fixture.engine.get("app");
  const open = await visitAll(fixture, 3);
  await fixture.configure(fixtureSettings([{ ...app, strategy: "least-connections" }]));
  workload.extra.add("new");
  fixture.engine.notifyChange("app");
  await fixture.clock.advance(SECOND);
  const [joined] = await visitAll(fixture, 1);
  assert.equal(hostOf(joined), "new", "the three others have one each");
  open[1]?.close();
  const [next] = await visitAll(fixture, 1);
  assert.equal(hostOf(next), hostOf(open[1]));
});

test("a client with an instance's cookie reaches that instance while it is ready, and another otherwise", async () => {
  const fixture = await openLifecycle([{ ...app, sticky: "task" }], three);
  const record = fixture.record("app");
  record.engine = { ...record.engine, capabilities: CAPABILITIES.swarm };
  const [first] = await visitAll(fixture, 1);
  assert.ok(first?.admission?.kind === "forward");
  const { record: served, forward } = first.admission;
  const sticky = pinOf(served, forward);
  assert.match(sticky, /^app~[\w-]+$/);
  assert.doesNotMatch(sticky, new RegExp(`~.*${hostOf(first)}`), "addresses inside are nobody's business");
  const back = await visitAll(fixture, 4, { sticky });
  assert.deepEqual(
    back.map(hostOf),
    back.map(() => hostOf(first)),
  );
  fixture.lifecycle.context.dispatch(record, { type: "refused", endpoint: forward.to });
  const [moved] = await visitAll(fixture, 1, { sticky });
  assert.notEqual(hostOf(moved), hostOf(first));
  const others = await visitAll(fixture, 4, { sticky: "app~nobody" });
  assert.equal(new Set(others.map(hostOf)).size, 2, "who has the cookie of none is balanced");
});

test("a start is complete when min_ready instances answer, at most as many as there are", async () => {
  for (const [minReady, deaf, done, answer] of [
    [2, ["app", "app-2"], ["app-2"], "1 of 3 instances answer, 2 must (min_ready)"],
    [5, ["app-3"], ["app-3"], "2 of 3 instances answer, 3 must (min_ready)"],
  ] as const) {
    const fixture = await openLifecycle([{ ...app, minReady }], three);
    const workload = fixture.engine.get("app");
    for (const host of deaf) workload.deaf.add(host);
    fixture.lifecycle.sleep(fixture.record("app"));
    await fixture.clock.settle();
    const client = fixture.visit("app");
    await fixture.clock.advance(3 * SECOND);
    assert.equal(client.answer, "", `${3 - deaf.length} of 3 do not suffice for ${minReady}`);
    assert.equal(fixture.record("app").lastProbe, answer);
    for (const host of done) workload.deaf.delete(host);
    await fixture.clock.advance(SECOND);
    assert.equal(client.answer, "forward app");
  }
});

/** Where so many requests go, sorted. */
async function targetsOf(fixture: LifecycleFixture, count: number): Promise<string[]> {
  const clients = await visitAll(fixture, count);
  for (const client of clients) client.close();
  return clients.map(hostOf).toSorted();
}

async function visitAll(fixture: LifecycleFixture, count: number, how?: Visit): Promise<readonly FakeClient[]> {
  const clients = Array.from({ length: count }, () => fixture.visit("app", how));
  await fixture.clock.settle();
  return clients;
}

function hostOf(client: FakeClient | undefined): string {
  return client?.admission?.kind === "forward" ? client.admission.forward.to.host : (client?.answer ?? "nobody");
}

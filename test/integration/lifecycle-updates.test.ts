import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { NOT_READY } from "../support/probing.ts";
import { fixtureSettings, openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const settings = [{ name: "app", idleTimeoutMs: 60_000 }];

async function openReady(): Promise<LifecycleFixture> {
  const fixture = await openLifecycle(settings);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  client.close();
  fixture.orders();
  return fixture;
}

test("a container stopped from outside is started for a held request, but only after 10 s", async () => {
  const fixture = await openReady();
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(1_000);
  const [api, page] = [fixture.visit("app"), fixture.visit("app", { kind: "navigation" })];
  await fixture.clock.advance(TRUCE_MS - 1_100);
  assert.deepEqual([api.answer, page.answer, fixture.orders()], ["", "page", []]);
  const { state } = fixture.record("app");
  assert.equal(state.status === "starting" && state.phase, "updating");
  await fixture.clock.advance(200);
  assert.equal(api.answer, "forward app");
  assert.ok((fixture.record("app").wakesMs.at(-1) ?? Infinity) < 1_000, "the wait is no part of what a wake takes");
});

test("a start waits for an end that is in progress, and for the report of who ordered it", async () => {
  const fixture = await openReady();
  const { state } = fixture.record("app");
  assert.ok(state.status === "ready");
  const { observe } = fixture.engine;
  // As Docker does: no answer about a container while it handles its end.
  fixture.engine.observe = async (ref) => {
    await fixture.clock.sleep(400);
    return observe(ref);
  };
  fixture.lifecycle.context.dispatch(fixture.record("app"), { type: "refused", endpoint: state.targets[0]! });
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(5_000);
  assert.deepEqual([client.answer, fixture.orders()], ["", []]);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), []);
});

test("any start from outside ends the wait, and nothing is started by us", async () => {
  const fixture = await openReady();
  fixture.engine.stopOutside("app");
  const client = fixture.visit("app");
  await fixture.clock.advance(3_000);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), []);
});

for (const [what, end] of [
  ["crashed", ({ engine }) => engine.crash("app")],
  ["was put to sleep", ({ clock }) => clock.advance(60_100)],
] as const satisfies readonly (readonly [string, (fixture: LifecycleFixture) => Promise<void> | void])[]) {
  test(`what ${what} is woken at once`, async () => {
    const fixture = await openReady();
    await end(fixture);
    await fixture.clock.settle();
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    assert.equal(client.answer, "forward app");
  });
}

test("a container being recreated is waited for as long as something happens, and started by its tool", async () => {
  const fixture = await openReady();
  fixture.engine.stopOutside("app");
  const client = fixture.visit("app");
  await fixture.clock.advance(8_000);
  fixture.engine.remove("app");
  await fixture.clock.advance(8_000);
  fixture.engine.add("app", { endpoint: { host: "other", port: 80, published: false } });
  await fixture.clock.advance(8_000);
  assert.deepEqual([client.answer, fixture.orders()], ["", []]);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  assert.equal(client.admission?.kind === "forward" && client.admission.forward.to.host, "other");
  assert.deepEqual(fixture.orders(), []);
});

test("a request held for a container that does not come back fails after 10 s", async () => {
  const fixture = await openReady();
  fixture.engine.remove("app");
  await fixture.clock.settle();
  const client = fixture.visit("app");
  await fixture.clock.advance(TRUCE_MS - 100);
  assert.equal(client.answer, "");
  await fixture.clock.advance(200);
  assert.match(client.answer, /^failed absent/u);
});

test("no request is sent to an app whose end was ordered from outside, unless it continues", async () => {
  const fixture = await openReady();
  fixture.engine.notifyChange("app", { kind: "ending" });
  const client = fixture.visit("app");
  await fixture.clock.advance(14_900); // Docker kills after 10 s
  assert.equal(client.answer, "");
  await fixture.clock.advance(200);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(
    fixture.orders().filter((order) => order.startsWith("stop")),
    [],
  );
});

test("no request is sent to an app whose end was ordered from outside while it drained", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000, busyPath: "/busy" }], {
    fakes: { app: { status: "running" } },
  });
  Object.assign(fixture.engine.probe, { http: () => fixture.clock.sleep(1_000).then(() => NOT_READY) });
  await fixture.clock.advance(60_500);
  assert.equal(fixture.status("app"), "draining");
  fixture.engine.notifyChange("app", { kind: "ending" });
  const client = fixture.visit("app");
  await fixture.clock.advance(5_000);
  assert.equal(client.answer, "");
  fixture.engine.stopOutside("app");
  fixture.engine.startOutside("app");
  await fixture.clock.advance(100);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), []);
});

test("a request that waits goes where its host goes when the settings change", async () => {
  const group = { name: "web", hosts: ["web.test"], members: ["a", "b"] };
  const member = { hosts: [], idleTimeoutMs: 60_000 };
  const fixture = await openLifecycle(
    [
      { ...member, name: "a" },
      { ...member, name: "b" },
    ],
    { groups: [group], fakes: { a: { startMs: 1_000 }, b: { startMs: 1_000 } } },
  );
  const client = fixture.visit("web");
  await fixture.clock.settle();
  fixture.engine.remove("b");
  await fixture.configure(fixtureSettings([{ name: "a", hosts: ["web.test"], idleTimeoutMs: 60_000 }]));
  await fixture.clock.advance(1_100);
  assert.equal(client.answer, "forward a");
});

test("a request that waits for a host that has moved to another container goes there", async () => {
  const needed = [{ name: "c", hosts: ["c.test"], dependsOn: [{ name: "app", condition: "healthy" }] }] as const;
  const fixture = await openLifecycle([{ name: "app" }, ...needed], { fakes: { app: { startMs: 60_000 } } });
  const client = fixture.visit("app");
  await fixture.clock.settle();
  fixture.engine.add("next");
  await fixture.configure(
    fixtureSettings([{ name: "app", hosts: [] }, { name: "next", hosts: ["app.test"] }, ...needed]),
  );
  await fixture.clock.advance(100);
  assert.equal(client.answer, "forward next");
});

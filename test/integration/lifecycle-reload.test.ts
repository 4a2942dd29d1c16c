import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureSettings, openLifecycle } from "./lifecycle-fixture.ts";

const IDLE = 60_000;
const slow = { fakes: { app: { listenMs: 2_000 } } };

test("a reload keeps records, leases and held requests", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }], slow);
  const record = fixture.record("app");
  const client = fixture.visit("app");
  await fixture.clock.advance(500);
  await fixture.configure(fixtureSettings([{ name: "app", idleTimeoutMs: 10 * IDLE, title: "New" }, { name: "new" }]));
  await fixture.clock.advance(1_600);
  assert.equal(fixture.record("app"), record);
  assert.equal(record.settings.title, "New");
  assert.equal(client.answer, "forward app");
  assert.equal(record.leases, 1);
  assert.deepEqual(fixture.orders(), ["start app"]);
  client.close();
  await fixture.clock.advance(9 * IDLE);
  assert.equal(fixture.status("app"), "ready");
});

test("a shorter idle_timeout counts at once", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 10 * IDLE }]);
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(5 * IDLE);
  await fixture.configure(fixtureSettings([{ name: "app", idleTimeoutMs: IDLE }]));
  assert.equal(fixture.status("app"), "asleep");
});

test("requests held during reloads free their places", async () => {
  const settings = [{ name: "app", maxPending: 3, holdTimeoutMs: 1_000 }];
  const fixture = await openLifecycle(settings, { fakes: { app: { listenMs: 60_000 } } });
  for (let round = 0; round < 10; round += 1) {
    const client = fixture.visit("app");
    await fixture.clock.advance(100);
    await fixture.configure(fixtureSettings(settings));
    await fixture.clock.advance(1_000);
    assert.equal(client.answer, "timed-out", `round ${round}`);
  }
  assert.equal(fixture.lifecycle.routes().byName.get("app")?.queue.pending, 0);
});

test("another limit of places counts at once, and no held request is refused", async () => {
  const fixture = await openLifecycle([{ name: "app", maxPending: 2 }], slow);
  const inside = [fixture.visit("app"), fixture.visit("app")];
  await fixture.clock.settle();
  await fixture.configure(fixtureSettings([{ name: "app", maxPending: 1 }]));
  const outside = fixture.visit("app");
  await fixture.clock.advance(2_100);
  assert.deepEqual(
    inside.map(({ answer }) => answer),
    ["forward app", "forward app"],
  );
  assert.equal(outside.answer, "full");
});

test("a request held for a workload that a reload removes gets unknown-host; the container is left alone", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }, { name: "other" }], slow);
  const client = fixture.visit("app");
  await fixture.clock.advance(500);
  await fixture.configure(fixtureSettings([{ name: "other" }]));
  assert.equal(client.answer, "unknown");
  await fixture.clock.advance(10 * IDLE);
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.equal(fixture.lifecycle.records.has("app"), false);
});

test("a lease that outlives its workload's configuration ends without stopping anything", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  await fixture.configure(fixtureSettings([]));
  client.close();
  await fixture.clock.advance(10 * IDLE);
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a workload that returns while one of its requests is open is not stopped under it", async () => {
  const settings = [{ name: "app", idleTimeoutMs: IDLE }];
  const fixture = await openLifecycle(settings);
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  await fixture.configure(fixtureSettings([]));
  await fixture.configure(fixtureSettings(settings));
  await fixture.clock.advance(10 * IDLE);
  assert.equal(fixture.status("app"), "ready");
  assert.equal(fixture.record("app").leases, 1);
  client.close();
  await fixture.clock.advance(IDLE);
  assert.equal(fixture.status("app"), "asleep");
});

test("a request that ends while its workload is away still counts when that returns", async () => {
  const settings = [{ name: "app", idleTimeoutMs: IDLE }];
  const fixture = await openLifecycle(settings);
  const client = fixture.visit("app");
  await fixture.clock.advance(10 * IDLE);
  await fixture.configure(fixtureSettings([]));
  client.close();
  await fixture.configure(fixtureSettings(settings));
  await fixture.clock.advance(IDLE - 10);
  assert.equal(fixture.status("app"), "ready");
});

test("a workload that returns under its name has its history again", async () => {
  const fixture = await openLifecycle([{ name: "app" }], slow);
  fixture.visit("app");
  await fixture.clock.advance(2_100);
  const { wakesMs } = fixture.record("app");
  assert.equal(wakesMs.length, 1);
  await fixture.configure(fixtureSettings([]));
  await fixture.configure(fixtureSettings([{ name: "app" }]));
  assert.deepEqual(fixture.record("app").wakesMs, wakesMs);
  await fixture.clock.advance(100);
  assert.equal(fixture.status("app"), "ready");
});

test("a dependency that a reload takes away is no longer waited for", async () => {
  const app = { name: "app", idleTimeoutMs: IDLE };
  const db = { name: "db", hosts: [] };
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const fixture = await openLifecycle([{ ...app, dependsOn }, db], { fakes: { db: { listenMs: 50_000 } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  await fixture.configure(fixtureSettings([app]));
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
});

test("a new dependency closes the gate until it is there", async () => {
  const app = { name: "app", idleTimeoutMs: IDLE };
  const db = { name: "db", hosts: [] };
  const fixture = await openLifecycle([app, db], { fakes: { db: { listenMs: 1_000 } } });
  fixture.visit("app");
  await fixture.clock.advance(100);
  await fixture.configure(fixtureSettings([{ ...app, dependsOn: [{ name: "db", condition: "healthy" }] }, db]));
  const client = fixture.visit("app");
  await fixture.clock.advance(500);
  assert.equal(client.answer, "");
  await fixture.clock.advance(600);
  assert.equal(client.answer, "forward app");
});

test("another port closes the gate until the app answers there", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  fixture.visit("app");
  await fixture.clock.advance(100);
  fixture.engine.get("app").endpoint = { host: "app", port: 8080, published: false };
  await fixture.configure(fixtureSettings([{ name: "app", targetPort: 8080 }]));
  await fixture.clock.advance(100);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.admission?.kind === "forward" && client.admission.forward.to.port, 8080);
});

test("a workload that moves to the other engine is another one", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const record = fixture.record("app");
  fixture.processes.add("app");
  const process = { command: ["app"], cwd: "", env: {}, port: 80 };
  await fixture.configure(fixtureSettings([{ name: "app", process }]));
  assert.notEqual(fixture.record("app"), record);
  assert.equal(fixture.record("app").engine, fixture.processes);
});

test("after the shutdown nothing changes any more", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }], {
    fakes: { app: { status: "running" } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  assert.equal(client.answer, "forward app");
  await fixture.lifecycle.stop();
  client.close();
  fixture.engine.notifyChange("app");
  await fixture.clock.advance(10 * IDLE);
  assert.deepEqual(fixture.orders(), []);
  assert.deepEqual(fixture.clock.sleepers(), []);
});

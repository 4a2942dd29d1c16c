import assert from "node:assert/strict";
import { test } from "node:test";
import { houseSettings, openHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;
const slow = { fakes: { app: { listenMs: 2_000 } } };

test("a reload keeps records, leases and those who wait", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }], slow);
  const record = house.record("app");
  const guest = house.visit("app");
  await house.clock.advance(500);
  await house.configure(houseSettings([{ name: "app", idleTimeoutMs: 10 * IDLE, title: "New" }, { name: "new" }]));
  await house.clock.advance(1_600);
  assert.equal(house.record("app"), record);
  assert.equal(record.settings.title, "New");
  assert.equal(guest.answer, "forward app");
  assert.equal(record.leases, 1);
  assert.deepEqual(house.orders(), ["start app"]);
  guest.close();
  await house.clock.advance(9 * IDLE);
  assert.equal(house.status("app"), "ready");
});

test("a shorter idle_timeout counts at once", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 10 * IDLE }]);
  house.visit("app", { lease: "none" });
  await house.clock.advance(5 * IDLE);
  await house.configure(houseSettings([{ name: "app", idleTimeoutMs: IDLE }]));
  assert.equal(house.status("app"), "asleep");
});

test("those who wait during reloads give their places back", async () => {
  const settings = [{ name: "app", maxPending: 3, holdTimeoutMs: 1_000 }];
  const house = await openHouse(settings, { fakes: { app: { listenMs: 60_000 } } });
  for (let round = 0; round < 10; round += 1) {
    const guest = house.visit("app");
    await house.clock.advance(100);
    await house.configure(houseSettings(settings));
    await house.clock.advance(1_000);
    assert.equal(guest.answer, "timed-out", `round ${round}`);
  }
  assert.equal(house.lifecycle.routes().byName.get("app")?.room.pending, 0);
});

test("another limit of places counts at once, and nobody who waits is sent away", async () => {
  const house = await openHouse([{ name: "app", maxPending: 2 }], slow);
  const inside = [house.visit("app"), house.visit("app")];
  await house.clock.settle();
  await house.configure(houseSettings([{ name: "app", maxPending: 1 }]));
  const outside = house.visit("app");
  await house.clock.advance(2_100);
  assert.deepEqual(
    inside.map(({ answer }) => answer),
    ["forward app", "forward app"],
  );
  assert.equal(outside.answer, "full");
});

test("who waits for a workload that a reload removes is told that there is none, and it is left as it is", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }, { name: "other" }], slow);
  const guest = house.visit("app");
  await house.clock.advance(500);
  await house.configure(houseSettings([{ name: "other" }]));
  assert.equal(guest.answer, "unknown");
  await house.clock.advance(10 * IDLE);
  assert.deepEqual(house.orders(), ["start app"]);
  assert.equal(house.lifecycle.records.has("app"), false);
});

test("a lease that outlives its workload's configuration ends without stopping anything", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }]);
  const guest = house.visit("app");
  await house.clock.advance(100);
  await house.configure(houseSettings([]));
  guest.close();
  await house.clock.advance(10 * IDLE);
  assert.deepEqual(house.orders(), ["start app"]);
});

test("a workload that comes back while one of its requests is open is not stopped under it", async () => {
  const settings = [{ name: "app", idleTimeoutMs: IDLE }];
  const house = await openHouse(settings);
  const guest = house.visit("app");
  await house.clock.advance(100);
  await house.configure(houseSettings([]));
  await house.configure(houseSettings(settings));
  await house.clock.advance(10 * IDLE);
  assert.equal(house.status("app"), "ready");
  assert.equal(house.record("app").leases, 1);
  guest.close();
  await house.clock.advance(IDLE);
  assert.equal(house.status("app"), "asleep");
});

test("a request that ends while its workload is away still counts when that comes back", async () => {
  const settings = [{ name: "app", idleTimeoutMs: IDLE }];
  const house = await openHouse(settings);
  const guest = house.visit("app");
  await house.clock.advance(10 * IDLE);
  await house.configure(houseSettings([]));
  guest.close();
  await house.configure(houseSettings(settings));
  await house.clock.advance(IDLE - 10);
  assert.equal(house.status("app"), "ready");
});

test("a workload that comes back under its name has its history again", async () => {
  const house = await openHouse([{ name: "app" }], slow);
  house.visit("app");
  await house.clock.advance(2_100);
  const { wakesMs } = house.record("app");
  assert.equal(wakesMs.length, 1);
  await house.configure(houseSettings([]));
  await house.configure(houseSettings([{ name: "app" }]));
  assert.deepEqual(house.record("app").wakesMs, wakesMs);
  await house.clock.advance(100);
  assert.equal(house.status("app"), "ready");
});

test("a dependency that a reload takes away is no longer waited for", async () => {
  const app = { name: "app", idleTimeoutMs: IDLE };
  const db = { name: "db", hosts: [] };
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const house = await openHouse([{ ...app, dependsOn }, db], { fakes: { db: { listenMs: 50_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  await house.configure(houseSettings([app]));
  await house.clock.advance(1_000);
  assert.equal(guest.answer, "forward app");
});

test("a new dependency closes the gate until it is there", async () => {
  const app = { name: "app", idleTimeoutMs: IDLE };
  const db = { name: "db", hosts: [] };
  const house = await openHouse([app, db], { fakes: { db: { listenMs: 1_000 } } });
  house.visit("app");
  await house.clock.advance(100);
  await house.configure(houseSettings([{ ...app, dependsOn: [{ name: "db", condition: "healthy" }] }, db]));
  const guest = house.visit("app");
  await house.clock.advance(500);
  assert.equal(guest.answer, "");
  await house.clock.advance(600);
  assert.equal(guest.answer, "forward app");
});

test("another port closes the gate until the app answers there", async () => {
  const house = await openHouse([{ name: "app" }]);
  house.visit("app");
  await house.clock.advance(100);
  house.engine.get("app").endpoint = { host: "app", port: 8080, published: false };
  await house.configure(houseSettings([{ name: "app", targetPort: 8080 }]));
  await house.clock.advance(100);
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.admission?.kind === "forward" && guest.admission.forward.to.port, 8080);
});

test("a workload that moves to the other engine is another one", async () => {
  const house = await openHouse([{ name: "app" }]);
  const record = house.record("app");
  house.processes.add("app");
  const process = { command: ["app"], cwd: "", env: {}, port: 80 };
  await house.configure(houseSettings([{ name: "app", process }]));
  assert.notEqual(house.record("app"), record);
  assert.equal(house.record("app").engine, house.processes);
});

test("after the end nothing moves any more", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }], { fakes: { app: { status: "running" } } });
  const guest = house.visit("app");
  await house.clock.advance(100);
  assert.equal(guest.answer, "forward app");
  await house.lifecycle.stop();
  guest.close();
  house.engine.hint("app");
  await house.clock.advance(10 * IDLE);
  assert.deepEqual(house.orders(), []);
  assert.deepEqual(house.clock.sleepers(), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;

test("while the engine is lost an open gate stays open", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { status: "running" } } });
  await house.clock.advance(50);
  house.engine.reachable(false);
  await house.clock.advance(600_000);
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.answer, "forward app");
  assert.equal(house.lifecycle.enginesUp(), false);
  house.engine.reachable(true);
  await house.clock.settle();
  assert.equal(house.lifecycle.enginesUp(), true);
  assert.deepEqual(
    house.told("engine").map(({ up }) => up),
    [false, true],
  );
});

test("a wake while the engine is lost is tried again until start_timeout, and then fails for that reason", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 5_000 }]);
  house.engine.reachable(false);
  const guest = house.visit("app");
  await house.clock.advance(4_900);
  assert.equal(guest.answer, "");
  await house.clock.advance(200);
  assert.match(guest.answer, /^failed engine/u);
  assert.ok(house.orders().length <= 21, "four times a second");
});

test("a wake goes on as soon as the engine is back", async () => {
  const house = await openHouse([{ name: "app" }]);
  house.engine.reachable(false);
  const guest = house.visit("app");
  await house.clock.advance(3_000);
  house.engine.reachable(true);
  await house.clock.advance(300);
  assert.equal(guest.answer, "forward app");
});

test("a start that the engine refuses because it is about to go is tried again when it is back", async () => {
  const house = await openHouse([{ name: "app" }]);
  const { engine } = house;
  engine.get("app").refusesStart = "no such file or directory";
  const guest = house.visit("app");
  const { start } = engine;
  engine.start = (ref) => start(ref).finally(() => engine.reachable(false));
  await house.clock.advance(3_000);
  assert.equal(guest.answer, "");
  engine.start = start;
  engine.get("app").refusesStart = undefined;
  engine.reachable(true);
  await house.clock.advance(300);
  assert.equal(guest.answer, "forward app");
});

test("an engine that is lost while an app comes up does not fail the wake", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { listenMs: 5_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  house.engine.reachable(false);
  await house.clock.advance(5_000);
  assert.equal(guest.answer, "forward app");
});

test("a stop that fails because the engine is lost leaves the app in service", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }], { fakes: { app: { status: "running" } } });
  await house.clock.advance(50);
  house.engine.reachable(false);
  await house.clock.advance(IDLE + 1_000);
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  guest.close();
  house.engine.reachable(true);
  await house.clock.advance(2 * IDLE);
  assert.equal(house.status("app"), "asleep");
});

test("an app that answers is served although the engine cannot confirm that it runs", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 60_000 }], { fakes: { app: { status: "running" } } });
  await house.clock.advance(50);
  house.engine.reachable(false);
  const { state } = house.record("app");
  assert.ok(state.status === "ready");
  house.lifecycle.house.dispatch(house.record("app"), { type: "refused", endpoint: state.endpoint });
  const guest = house.visit("app");
  await house.clock.advance(100);
  assert.equal(guest.answer, "forward app");
});

test("after a lost link everything that runs is looked at again: a restart in between is another run", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { status: "running" } } });
  await house.clock.advance(50);
  house.engine.reachable(false);
  const app = house.engine.get("app");
  app.startedAtMs = house.clock.wall();
  app.endpoint = { host: "moved", port: 80, published: false };
  house.engine.reachable(true);
  await house.clock.advance(50);
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.admission?.kind === "forward" && guest.admission.forward.to.host, "moved");
});

test("hints come in crowds: they lead to one more round, not to many", async () => {
  const house = await openHouse([{ name: "app" }, { name: "b" }, { name: "c" }]);
  house.engine.calls.length = 0;
  for (let count = 0; count < 1_000; count += 1) house.engine.hint("app");
  await house.clock.settle();
  const lists = house.engine.calls.filter((call) => call === "list").length;
  assert.ok(lists <= 3, `${lists} lists`);
});

test("between events nothing is asked and nobody is woken up", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE }], { fakes: { app: { status: "running" } } });
  await house.clock.advance(50);
  assert.ok(house.clock.sleepers().length <= 3, "the idle timer, the next list, the next save");
  house.engine.calls.length = 0;
  await house.clock.advance(14_000);
  assert.deepEqual(house.engine.calls, []);
});

test("a start that ends long after its wake was given up is still known as ours", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const house = await openHouse(
    [
      { name: "app", idleTimeoutMs: IDLE, dependsOn },
      { name: "db", hosts: [], startTimeoutMs: 1_000 },
    ],
    { fakes: { db: { startMs: 5_000 } } },
  );
  house.visit("app", { kind: "navigation" });
  await house.clock.advance(10_000);
  assert.equal(house.told("ready")[0]?.workload, "db");
  assert.deepEqual(house.orders(), ["start db", "stop db stop"], "unneeded, and ours to stop");
});

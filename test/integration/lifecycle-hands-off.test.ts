import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";
import { part } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const MINUTE = 60_000;

async function wake(house: TestHouse, name = "app"): Promise<void> {
  house.lifecycle.wake(house.record(name), "admin");
  await house.clock.advance(50);
  assert.equal(house.status(name), "ready");
  house.orders();
}

const REMOVED = { fakes: { app: { autoRemove: true } } };

test("a container that a stop deletes is not stopped for being idle, and its owner is told once", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }], REMOVED);
  await wake(house);
  await house.clock.advance(60 * MINUTE);
  house.engine.crash("app", { code: 0 });
  await wake(house);
  assert.deepEqual([house.status("app"), house.orders()], ["ready", []]);
  assert.equal(house.told("never-stopped").length, 1);
});

test("a container that a stop deletes is not stopped by its schedule, nor for being unneeded", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17, 59));
  const schedule = { start: "9:00", stop: "18:00", timezone: "UTC" };
  const house = await openHouse([{ name: "app", schedule }, part("db")], {
    clock,
    fakes: { app: { autoRemove: true, status: "running" }, db: { autoRemove: true } },
  });
  await wake(house, "db");
  await house.clock.advance(5 * MINUTE);
  assert.deepEqual(house.orders(), []);
  assert.equal(house.record("app").gate, undefined, "it is closed all the same");
});

test("a container that a stop deletes may be paused, as a tier or as its stop, and is stopped for a person", async () => {
  for (const settings of [
    { pauseAfterMs: MINUTE, idleTimeoutMs: 10 * MINUTE },
    { stopMethod: "pause", idleTimeoutMs: MINUTE },
  ] as const) {
    const house = await openHouse([{ name: "app", ...settings }], REMOVED);
    await wake(house);
    await house.clock.advance(60 * MINUTE);
    assert.deepEqual([house.status("app"), house.orders()], ["paused", ["stop app pause"]]);
  }
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }], REMOVED);
  await wake(house);
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(100);
  assert.deepEqual(house.orders(), ["stop app stop"]);
});

test("a command that runs in it puts off the stop of its schedule, not the one that a person orders", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17, 59));
  const schedule = { start: "9:00", stop: "18:00", timezone: "UTC" };
  const house = await openHouse([{ name: "app", schedule }], {
    clock,
    fakes: { app: { status: "running", execs: 1 } },
  });
  await house.clock.advance(10 * MINUTE);
  assert.deepEqual(house.orders(), []);
  assert.equal(house.record("app").gate, undefined, "it is closed all the same");
  house.engine.get("app").execs = 0;
  await house.clock.advance(5_500);
  assert.deepEqual(house.orders(), ["stop app stop"]);
  const ordered = await openHouse([{ name: "app" }], { fakes: { app: { execs: 1 } } });
  await wake(ordered);
  ordered.lifecycle.sleep(ordered.record("app"));
  await ordered.clock.advance(100);
  assert.deepEqual(ordered.orders(), ["stop app stop"]);
});

test("a command that runs in it puts the stop off, which comes soon after its end and is told once", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 10 * MINUTE }]);
  await wake(house);
  house.engine.get("app").execs = 1;
  await house.clock.advance(30 * MINUTE);
  assert.equal(house.status("app"), "ready");
  assert.deepEqual(
    house.told("vetoed").map(({ reason }) => reason),
    ["exec"],
  );
  assert.equal(house.record("app").lastUse?.by, "exec");
  house.engine.get("app").execs = 0;
  await house.clock.advance(6_000);
  assert.equal(house.status("app"), "asleep");
});

test("a command that runs in it does not put off the stop that a person orders", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }], { fakes: { app: { execs: 1 } } });
  await wake(house);
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(100);
  assert.equal(house.status("app"), "asleep");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";
import { app, part, visitAndLeave } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 5, 1, 12);

test("a suspended app is stopped, and no request, dependant, schedule or administrator wakes it before its end", async () => {
  const house = await openHouse(
    [app("app", [], { schedule: { start: "12:30", stop: "", timezone: "UTC" } }), app("web", ["app"])],
    { clock: createManualClock(NOON) },
  );
  await visitAndLeave(house, "app");
  house.lifecycle.suspend(house.record("app"), HOUR);
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "asleep");
  house.orders();
  const guest = house.visit("app");
  const web = house.visit("web");
  await house.clock.settle();
  assert.equal(guest.answer, "suspended");
  assert.equal(web.answer, "suspended");
  house.lifecycle.wake(house.record("app"), "admin", true);
  house.lifecycle.wake(house.record("web"), "admin", true);
  await house.clock.advance(HOUR - 2_000);
  assert.deepEqual(house.orders(), []);
  await house.clock.advance(2_000);
  await visitAndLeave(house, "app");
});

test("what is open is let end before a suspended app is stopped, and nobody new is let in", async () => {
  const house = await openHouse([app("app", [])]);
  const open = house.visit("app");
  await house.clock.advance(200);
  house.lifecycle.suspend(house.record("app"), HOUR);
  const late = house.visit("app");
  await house.clock.advance(5_000);
  assert.equal(late.answer, "suspended");
  assert.deepEqual(house.orders(), ["start app"]);
  open.close();
  await house.clock.advance(100);
  assert.deepEqual(house.orders(), ["stop app stop"]);
});

for (const [what, meddle] of [
  ["restarts", ({ engine }) => engine.startOutside("app")],
  ["pauses", ({ engine }) => engine.pauseOutside("app")],
] satisfies [string, (house: TestHouse) => void][]) {
  test(`a suspended app that somebody ${what} while a request is still open is stopped`, async () => {
    const house = await openHouse([app("app", [])]);
    const open = house.visit("app");
    await house.clock.advance(200);
    house.lifecycle.suspend(house.record("app"), HOUR);
    await house.clock.advance(1_000);
    meddle(house);
    await house.clock.advance(1_000);
    open.close();
    await house.clock.advance(100);
    assert.equal(house.engine.get("app").status, "stopped");
    assert.equal(house.status("app"), "asleep");
  });
}

for (const suspendAfterMs of [30_000, 70_000]) {
  test(`an app that starts ever so late is stopped if it was suspended ${suspendAfterMs} ms after its wake`, async () => {
    const house = await openHouse([app("app", [])], { fakes: { app: { startMs: 90_000 } } });
    house.visit("app");
    await house.clock.advance(suspendAfterMs);
    house.lifecycle.suspend(house.record("app"), HOUR);
    await house.clock.advance(95_000 - suspendAfterMs);
    assert.deepEqual(house.orders(), ["start app", "stop app stop"]);
    assert.equal(house.status("app"), "asleep");
  });
}

test("an app that is suspended before anybody knows how it is is stopped if it runs", async () => {
  const house = await openHouse([app("app", [])], { fakes: { app: { status: "running" } }, isLost: true });
  house.lifecycle.suspend(house.record("app"), HOUR);
  house.engine.reachable(true);
  await house.clock.advance(1_000);
  assert.deepEqual(house.orders(), ["stop app stop"]);
});

test("whoever waits for an app that is suspended meanwhile is told so at once", async () => {
  const house = await openHouse([app("app", [])], { fakes: { app: { listenMs: 10_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  assert.equal(guest.answer, "");
  house.lifecycle.suspend(house.record("app"), HOUR);
  await house.clock.advance(1_000);
  assert.equal(guest.answer, "suspended");
  assert.equal(house.status("app"), "asleep");
});

test("an app that is suspended while its engine is out of reach is not started when that is back", async () => {
  const house = await openHouse([app("app", [])]);
  house.engine.reachable(false);
  house.visit("app");
  await house.clock.advance(1_000);
  house.lifecycle.suspend(house.record("app"), HOUR);
  house.orders();
  house.engine.reachable(true);
  await house.clock.advance(5_000);
  assert.deepEqual(house.orders(), []);
});

test("an app that is suspended before its start was sent is not started", async () => {
  const house = await openHouse([app("app", [])]);
  house.visit("app");
  assert.equal(house.status("app"), "starting");
  house.lifecycle.suspend(house.record("app"), HOUR);
  await house.clock.advance(5_000);
  assert.deepEqual(house.orders(), []);
});

test("a resumed app is woken by the next request, and by nothing before it", async () => {
  const house = await openHouse([app("app", [])]);
  house.lifecycle.suspend(house.record("app"), HOUR);
  await house.clock.advance(60_000);
  house.lifecycle.resume(house.record("app"));
  await house.clock.advance(60_000);
  assert.deepEqual(house.orders(), []);
  await visitAndLeave(house, "app");
});

test("a group leaves a suspended member out, and is suspended when all are", async () => {
  const house = await openHouse([part("a"), part("b")], { groups: [{ name: "pool", members: ["a", "b"] }] });
  house.lifecycle.suspend(house.record("a"), HOUR);
  for (let n = 0; n < 3; n += 1) {
    const guest = house.visit("pool");
    await house.clock.advance(200);
    assert.equal(guest.answer, "forward b");
    guest.close();
  }
  assert.equal(house.status("a"), "asleep");
  house.lifecycle.suspend(house.record("b"), HOUR);
  await house.clock.advance(1_000);
  const guest = house.visit("pool");
  await house.clock.settle();
  assert.equal(guest.answer, "suspended");
});

test("a suspension is kept over a restart of the gateway, with its end", async () => {
  const first = await openHouse([app("app", [])], { clock: createManualClock(NOON) });
  first.lifecycle.suspend(first.record("app"), HOUR);
  await first.clock.settle();
  const memory = first.saved.get("app");
  assert.equal(memory?.suspendedUntilMs, NOON + HOUR);
  const again = await openHouse([app("app", [])], {
    clock: createManualClock(NOON + HOUR / 2),
    memories: { app: memory ?? {} },
  });
  const guest = again.visit("app");
  await again.clock.settle();
  assert.equal(guest.answer, "suspended");
  await again.clock.advance(HOUR / 2);
  await visitAndLeave(again, "app");
});

test("what somebody else stopped stays stopped until somebody starts it, where wake_after_stop says so", async () => {
  const house = await openHouse([app("app", [], { wakeAfterStop: "started" }), app("web", ["app"])]);
  await visitAndLeave(house, "app");
  house.engine.stopOutside("app");
  await house.clock.advance(60_000);
  for (const host of ["app", "web"]) {
    const guest = house.visit(host);
    await house.clock.settle();
    assert.equal(guest.answer, "suspended");
  }
  house.engine.startOutside("app");
  await house.clock.advance(100);
  await visitAndLeave(house, "app");
  await house.clock.advance(120_000);
  assert.equal(house.status("app"), "asleep", "its idle time has put it to sleep");
  await visitAndLeave(house, "app");
});

test("what somebody stops before it was ever seen running stays stopped as well", async () => {
  const house = await openHouse([app("app", [], { wakeAfterStop: "started" })]);
  const { start } = house.engine;
  house.engine.start = async (ref) => {
    await start(ref);
    house.engine.stopOutside("app");
  };
  const guest = house.visit("app");
  await house.clock.advance(30_000);
  assert.deepEqual(house.orders(), ["start app"]);
  assert.equal(guest.answer, "suspended");
});

test("a stop counts that was heard of while the engine was asked, whose answer is older", async () => {
  const house = await openHouse([app("app", [], { wakeAfterStop: "started" })]);
  const { observe } = house.engine;
  house.engine.observe = async (ref) => {
    const seen = await observe(ref);
    if (seen.status === "running") house.engine.stopOutside("app");
    return seen;
  };
  const guest = house.visit("app");
  await house.clock.advance(30_000);
  assert.deepEqual(house.orders(), ["start app"]);
  assert.equal(guest.answer, "suspended");
});

test("an administrator may start what stays stopped, and a crash is no stop", async () => {
  const house = await openHouse([app("app", [], { wakeAfterStop: "started" })]);
  await visitAndLeave(house, "app");
  house.engine.stopOutside("app");
  await house.clock.advance(60_000);
  house.lifecycle.wake(house.record("app"), "admin", true);
  await visitAndLeave(house, "app");
  house.engine.crash("app");
  await house.clock.advance(10_000);
  await visitAndLeave(house, "app", 2_000);
});

for (const [what, beforeMs, answer] of [
  ["what an engine ends as it goes down itself was stopped by nobody, and is woken at once", 15_000, "forward app"],
  ["what somebody stopped long before the engine goes down stays stopped", 25_000, "suspended"],
] as const) {
  test(what, async () => {
    const house = await openHouse([app("app", [], { wakeAfterStop: "started" })]);
    await visitAndLeave(house, "app");
    house.engine.stopOutside("app");
    await house.clock.advance(beforeMs);
    house.engine.hint(undefined, { kind: "cut" });
    house.engine.reachable(false);
    house.engine.reachable(true);
    await house.clock.settle();
    const guest = house.visit("app");
    await house.clock.advance(50);
    assert.equal(guest.answer, answer);
  });
}

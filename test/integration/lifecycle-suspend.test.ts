import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";
import { app, part, visitAndLeave } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 5, 1, 12);

test("a suspended app is stopped, and no request, dependant, schedule or person wakes it before the end", async () => {
  const fixture = await openLifecycle(
    [app("app", [], { schedule: { start: "12:30", stop: "", timezone: "UTC" } }), app("web", ["app"])],
    { clock: createManualClock(NOON) },
  );
  await visitAndLeave(fixture, "app");
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep");
  fixture.orders();
  const client = fixture.visit("app");
  const web = fixture.visit("web");
  await fixture.clock.settle();
  assert.equal(client.answer, "suspended");
  assert.equal(web.answer, "suspended");
  fixture.lifecycle.wake(fixture.record("app"), "admin", true);
  fixture.lifecycle.wake(fixture.record("web"), "admin", true);
  await fixture.clock.advance(HOUR - 2_000);
  assert.deepEqual(fixture.orders(), []);
  await fixture.clock.advance(2_000);
  await visitAndLeave(fixture, "app");
});

test("what is open is let end before a suspended app is stopped, and nobody new is let in", async () => {
  const fixture = await openLifecycle([app("app", [])]);
  const open = fixture.visit("app");
  await fixture.clock.advance(200);
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  const late = fixture.visit("app");
  await fixture.clock.advance(5_000);
  assert.equal(late.answer, "suspended");
  assert.deepEqual(fixture.orders(), ["start app"]);
  open.close();
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
});

for (const [what, meddle] of [
  ["restarts", ({ engine }) => engine.startOutside("app")],
  ["pauses", ({ engine }) => engine.pauseOutside("app")],
] satisfies [string, (fixture: LifecycleFixture) => void][]) {
  test(`a suspended app that somebody ${what} while a request is still open is stopped`, async () => {
    const fixture = await openLifecycle([app("app", [])]);
    const open = fixture.visit("app");
    await fixture.clock.advance(200);
    fixture.lifecycle.suspend(fixture.record("app"), HOUR);
    await fixture.clock.advance(1_000);
    meddle(fixture);
    await fixture.clock.advance(1_000);
    open.close();
    await fixture.clock.advance(100);
    assert.equal(fixture.engine.get("app").status, "stopped");
    assert.equal(fixture.status("app"), "asleep");
  });
}

for (const suspendAfterMs of [30_000, 70_000]) {
  test(`an app that starts ever so late is stopped if it was suspended ${suspendAfterMs} ms after its wake`, async () => {
    const fixture = await openLifecycle([app("app", [])], { fakes: { app: { startMs: 90_000 } } });
    fixture.visit("app");
    await fixture.clock.advance(suspendAfterMs);
    fixture.lifecycle.suspend(fixture.record("app"), HOUR);
    await fixture.clock.advance(95_000 - suspendAfterMs);
    assert.deepEqual(fixture.orders(), ["start app", "stop app stop"]);
    assert.equal(fixture.status("app"), "asleep");
  });
}

test("an app that is suspended before anybody knows how it is is stopped if it runs", async () => {
  const fixture = await openLifecycle([app("app", [])], { fakes: { app: { status: "running" } }, isLost: true });
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  fixture.engine.reachable(true);
  await fixture.clock.advance(1_000);
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
});

test("a request held for an app that gets suspended is answered so at once", async () => {
  const fixture = await openLifecycle([app("app", [])], { fakes: { app: { listenMs: 10_000 } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "");
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "suspended");
  assert.equal(fixture.status("app"), "asleep");
});

test("an app that is suspended while its engine is unreachable is not started when that is back", async () => {
  const fixture = await openLifecycle([app("app", [])]);
  fixture.engine.reachable(false);
  fixture.visit("app");
  await fixture.clock.advance(1_000);
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  fixture.orders();
  fixture.engine.reachable(true);
  await fixture.clock.advance(5_000);
  assert.deepEqual(fixture.orders(), []);
});

test("an app that is suspended before its start was sent is not started", async () => {
  const fixture = await openLifecycle([app("app", [])]);
  fixture.visit("app");
  assert.equal(fixture.status("app"), "starting");
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  await fixture.clock.advance(5_000);
  assert.deepEqual(fixture.orders(), []);
});

test("a resumed app is woken by the next request, and by nothing before it", async () => {
  const fixture = await openLifecycle([app("app", [])]);
  fixture.lifecycle.suspend(fixture.record("app"), HOUR);
  await fixture.clock.advance(60_000);
  fixture.lifecycle.resume(fixture.record("app"));
  await fixture.clock.advance(60_000);
  assert.deepEqual(fixture.orders(), []);
  await visitAndLeave(fixture, "app");
});

test("a group leaves a suspended member out, and is suspended when all are", async () => {
  const fixture = await openLifecycle([part("a"), part("b")], { groups: [{ name: "pool", members: ["a", "b"] }] });
  fixture.lifecycle.suspend(fixture.record("a"), HOUR);
  for (let n = 0; n < 3; n += 1) {
    const client = fixture.visit("pool");
    await fixture.clock.advance(200);
    assert.equal(client.answer, "forward b");
    client.close();
  }
  assert.equal(fixture.status("a"), "asleep");
  fixture.lifecycle.suspend(fixture.record("b"), HOUR);
  await fixture.clock.advance(1_000);
  const client = fixture.visit("pool");
  await fixture.clock.settle();
  assert.equal(client.answer, "suspended");
});

test("a suspension and its end survive a restart of the gateway", async () => {
  const first = await openLifecycle([app("app", [])], { clock: createManualClock(NOON) });
  first.lifecycle.suspend(first.record("app"), HOUR);
  await first.clock.settle();
  const memory = first.saved.get("app");
  assert.equal(memory?.suspendedUntilMs, NOON + HOUR);
  const restart = await openLifecycle([app("app", [])], {
    clock: createManualClock(NOON + HOUR / 2),
    memories: { app: memory ?? {} },
  });
  const client = restart.visit("app");
  await restart.clock.settle();
  assert.equal(client.answer, "suspended");
  await restart.clock.advance(HOUR / 2);
  await visitAndLeave(restart, "app");
});

test("a container stopped from outside stays stopped until a start from outside, with wake_after_stop", async () => {
  const fixture = await openLifecycle([app("app", [], { wakeAfterStop: "started" }), app("web", ["app"])]);
  await visitAndLeave(fixture, "app");
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(60_000);
  for (const host of ["app", "web"]) {
    const client = fixture.visit(host);
    await fixture.clock.settle();
    assert.equal(client.answer, "suspended");
  }
  fixture.engine.startOutside("app");
  await fixture.clock.advance(100);
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(120_000);
  assert.equal(fixture.status("app"), "asleep", "its idle time has put it to sleep");
  await visitAndLeave(fixture, "app");
});

test("a container stopped before it was ever seen running stays stopped as well", async () => {
  const fixture = await openLifecycle([app("app", [], { wakeAfterStop: "started" })]);
  const { start } = fixture.engine;
  fixture.engine.start = async (ref) => {
    await start(ref);
    fixture.engine.stopOutside("app");
  };
  const client = fixture.visit("app");
  await fixture.clock.advance(30_000);
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.equal(client.answer, "suspended");
});

test("a stop reported during a query counts, although the answer is older", async () => {
  const fixture = await openLifecycle([app("app", [], { wakeAfterStop: "started" })]);
  const { observe } = fixture.engine;
  fixture.engine.observe = async (ref) => {
    const seen = await observe(ref);
    if (seen.status === "running") fixture.engine.stopOutside("app");
    return seen;
  };
  const client = fixture.visit("app");
  await fixture.clock.advance(30_000);
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.equal(client.answer, "suspended");
});

test("an administrator may start what stays stopped, and a crash is no stop", async () => {
  const fixture = await openLifecycle([app("app", [], { wakeAfterStop: "started" })]);
  await visitAndLeave(fixture, "app");
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(60_000);
  fixture.lifecycle.wake(fixture.record("app"), "admin", true);
  await visitAndLeave(fixture, "app");
  fixture.engine.crash("app");
  await fixture.clock.advance(10_000);
  await visitAndLeave(fixture, "app", 2_000);
});

for (const [what, beforeMs, answer] of [
  ["what an engine ends while it goes down was not stopped by a person, and is woken at once", 15_000, "forward app"],
  ["what somebody stopped long before the engine goes down stays stopped", 25_000, "suspended"],
] as const) {
  test(what, async () => {
    const fixture = await openLifecycle([app("app", [], { wakeAfterStop: "started" })]);
    await visitAndLeave(fixture, "app");
    fixture.engine.stopOutside("app");
    await fixture.clock.advance(beforeMs);
    fixture.engine.notifyChange(undefined, { kind: "cut" });
    fixture.engine.reachable(false);
    fixture.engine.reachable(true);
    await fixture.clock.settle();
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    assert.equal(client.answer, answer);
  });
}

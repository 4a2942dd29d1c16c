import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";
import { part } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const MINUTE = 60_000;

async function wake(fixture: LifecycleFixture, name = "app"): Promise<void> {
  fixture.lifecycle.wake(fixture.record(name), "admin");
  await fixture.clock.advance(50);
  assert.equal(fixture.status(name), "ready");
  fixture.orders();
}

const REMOVED = { fakes: { app: { autoRemove: true } } };

test("a container that a stop deletes is not stopped for being idle, and that is reported once", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }], REMOVED);
  await wake(fixture);
  await fixture.clock.advance(60 * MINUTE);
  fixture.engine.crash("app", { code: 0 });
  await wake(fixture);
  assert.deepEqual([fixture.status("app"), fixture.orders()], ["ready", []]);
  assert.equal(fixture.emitted("never-stopped").length, 1);
});

test("a container that a stop deletes is not stopped by its schedule, nor for being unneeded", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17, 59));
  const schedule = { start: "9:00", stop: "18:00", timezone: "UTC" };
  const fixture = await openLifecycle([{ name: "app", schedule }, part("db")], {
    clock,
    fakes: { app: { autoRemove: true, status: "running" }, db: { autoRemove: true } },
  });
  await wake(fixture, "db");
  await fixture.clock.advance(5 * MINUTE);
  assert.deepEqual(fixture.orders(), []);
  assert.equal(fixture.record("app").gate, undefined, "it is closed all the same");
});

test("a container that a stop deletes may be paused, as a tier or as its stop, and is stopped for a person", async () => {
  for (const settings of [
    { pauseAfterMs: MINUTE, idleTimeoutMs: 10 * MINUTE },
    { stopMethod: "pause", idleTimeoutMs: MINUTE },
  ] as const) {
    const fixture = await openLifecycle([{ name: "app", ...settings }], REMOVED);
    await wake(fixture);
    await fixture.clock.advance(60 * MINUTE);
    assert.deepEqual([fixture.status("app"), fixture.orders()], ["paused", ["stop app pause"]]);
  }
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }], REMOVED);
  await wake(fixture);
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
});

test("a running command postpones the stop of its schedule, not an administrator's", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17, 59));
  const schedule = { start: "9:00", stop: "18:00", timezone: "UTC" };
  const fixture = await openLifecycle([{ name: "app", schedule }], {
    clock,
    fakes: { app: { status: "running", execs: 1 } },
  });
  await fixture.clock.advance(10 * MINUTE);
  assert.deepEqual(fixture.orders(), []);
  assert.equal(fixture.record("app").gate, undefined, "it is closed all the same");
  fixture.engine.get("app").execs = 0;
  await fixture.clock.advance(5_500);
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
  const ordered = await openLifecycle([{ name: "app" }], { fakes: { app: { execs: 1 } } });
  await wake(ordered);
  ordered.lifecycle.sleep(ordered.record("app"));
  await ordered.clock.advance(100);
  assert.deepEqual(ordered.orders(), ["stop app stop"]);
});

test("a running command postpones the stop, which follows soon after its end and is reported once", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 10 * MINUTE }]);
  await wake(fixture);
  fixture.engine.get("app").execs = 1;
  await fixture.clock.advance(30 * MINUTE);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(
    fixture.emitted("vetoed").map(({ reason }) => reason),
    ["exec"],
  );
  assert.equal(fixture.record("app").lastUse?.by, "exec");
  fixture.engine.get("app").execs = 0;
  await fixture.clock.advance(6_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a running command does not postpone an administrator's stop", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }], { fakes: { app: { execs: 1 } } });
  await wake(fixture);
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(100);
  assert.equal(fixture.status("app"), "asleep");
});

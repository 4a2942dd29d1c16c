import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../src/lifecycle/ports.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";

const IDLE = 60_000;
const APP = { name: "app", idleTimeoutMs: IDLE };

test("what a person starts is idle-stopped, counted from the moment it was seen", async () => {
  const fixture = await openLifecycle([APP]);
  await fixture.clock.advance(10 * IDLE);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(IDLE - 10);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(20);
  assert.equal(fixture.status("app"), "asleep");
});

test("what a person starts is not stopped while it starts, and then has its whole idle_timeout", async () => {
  const slow = { ...APP, startTimeoutMs: 5 * IDLE };
  const fixture = await openLifecycle([slow], { fakes: { app: { listenMs: 3 * IDLE } } });
  fixture.engine.startOutside("app");
  await fixture.clock.advance(3 * IDLE - 10);
  assert.equal(fixture.status("app"), "unready");
  await fixture.clock.advance(IDLE - 10);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1_100);
  assert.equal(fixture.status("app"), "asleep");
});

test("what a person starts and never answers is stopped when its start_timeout is over", async () => {
  const stuck = { ...APP, startTimeoutMs: 5 * IDLE };
  const fixture = await openLifecycle([stuck], { fakes: { app: { listenMs: Infinity } } });
  fixture.engine.startOutside("app");
  await fixture.clock.advance(5 * IDLE - 10);
  assert.equal(fixture.status("app"), "unready");
  await fixture.clock.advance(20);
  assert.equal(fixture.status("app"), "asleep");
});

test("a start from outside before our stop has ended keeps it, for another idle_timeout", async () => {
  const fixture = await openLifecycle([APP], { fakes: { app: { stopMs: 1_000 } } });
  const first = fixture.visit("app");
  await fixture.clock.advance(50);
  first.close();
  const stop = fixture.engine.stop.bind(fixture.engine);
  fixture.engine.stop = (ref, order) => stop(ref, order).finally(() => fixture.engine.startOutside("app"));
  await fixture.clock.advance(IDLE + 1_100);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(IDLE - 1_000);
  assert.equal(fixture.orders().filter((order) => order.startsWith("stop")).length, 1);
});

test("a suspended app may be started by hand: it is closed to visitors, and stopped when idle", async () => {
  const fixture = await openLifecycle([APP]);
  fixture.lifecycle.suspend(fixture.record("app"), 60 * IDLE);
  await fixture.clock.advance(1_000);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(IDLE - 10);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "suspended");
  assert.deepEqual(fixture.orders(), []);
  await fixture.clock.advance(20);
  assert.equal(fixture.status("app"), "asleep");
});

for (const how of ["suspended", "stopped"] as const) {
  test(`an app that was ${how} while its start hung may be started by hand once that start has failed`, async () => {
    const fixture = await openLifecycle([{ ...APP, startTimeoutMs: 2_000 }]);
    const { start } = fixture.engine;
    fixture.engine.start = async () => {
      await fixture.clock.sleep(20_000);
      throw new EngineError("refused", "port is already allocated");
    };
    fixture.visit("app");
    await fixture.clock.advance(5_000);
    assert.equal(fixture.status("app"), "failed");
    if (how === "suspended") fixture.lifecycle.suspend(fixture.record("app"), 60 * IDLE);
    else fixture.lifecycle.sleep(fixture.record("app"));
    await fixture.clock.advance(20_000);
    fixture.engine.start = start;
    fixture.engine.startOutside("app");
    await fixture.clock.advance(10_000);
    assert.equal(fixture.status("app"), "ready");
    assert.deepEqual(fixture.orders(), []);
  });
}

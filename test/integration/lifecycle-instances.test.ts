import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle } from "./lifecycle-fixture.ts";

const MINUTE = 60_000;
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

test("the former number of instances survives a restart of the gateway, and one is not worth a word", async () => {
  const fixture = await openLifecycle([app, { name: "single" }], { memories: { app: { instances: 3 } } });
  fixture.visit("app");
  fixture.visit("single");
  await fixture.clock.advance(2_000);
  assert.deepEqual(fixture.orders(), ["start app ×3", "start single"]);
  assert.equal(fixture.saved.get("app")?.instances, 3);
  assert.equal("instances" in (fixture.saved.get("single") ?? {}), false);
});

test("a workload that somebody else has scaled is woken as it was last", async () => {
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

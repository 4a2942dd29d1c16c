import assert from "node:assert/strict";
import { test } from "node:test";
import { CAPABILITIES } from "../../src/core/engine-kind.ts";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import { fixtureSettings, openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const MINUTE = 60_000;
const tiers = { throttleAfterMs: MINUTE, throttleCpus: 0.2, pauseAfterMs: 3 * MINUTE, idleTimeoutMs: 10 * MINUTE };

async function ready(settings: Partial<WorkloadSettings>): Promise<LifecycleFixture> {
  const fixture = await openLifecycle([{ name: "app", ...settings }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  client.close();
  assert.equal(client.answer, "forward app");
  fixture.orders();
  return fixture;
}

test("unused, it gets slower, then pauses, then stops, each at its moment", async () => {
  const fixture = await ready(tiers);
  const { engine } = fixture;
  await fixture.clock.advance(MINUTE - 1);
  assert.equal(engine.get("app").cpus, 0);
  await fixture.clock.advance(1);
  assert.equal(engine.get("app").cpus, 0.2);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(2 * MINUTE - 1);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "paused");
  await fixture.clock.advance(7 * MINUTE - 1);
  assert.equal(fixture.status("app"), "paused");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
  assert.deepEqual(
    fixture.emitted("stopped").map(({ reason }) => reason),
    ["pause", "idle"],
  );
});

test("a request before the engine is told to stop a paused app unpauses it", async () => {
  const fixture = await ready({ ...tiers, pauseAfterMs: 5 * MINUTE });
  const { restore } = fixture.engine;
  fixture.engine.restore = async (...args) => {
    await fixture.clock.sleep(500); // a busy engine gives it its own limits back first
    return restore(...args);
  };
  await fixture.clock.advance(10 * MINUTE);
  assert.equal(fixture.status("app"), "stopping");
  fixture.orders();
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a paused app continues without a cold start", async () => {
  const fixture = await ready({ pauseAfterMs: MINUTE });
  await fixture.clock.advance(MINUTE);
  assert.equal(fixture.status("app"), "paused");
  const startedAtMs = fixture.engine.get("app").startedAtMs;
  const client = fixture.visit("app");
  await fixture.clock.advance(20);
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.engine.get("app").startedAtMs, startedAtMs);
});

test("a request restores a throttled one's speed at once, and the tiers start over", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  for (let round = 0; round < 3; round += 1) {
    await fixture.clock.advance(MINUTE);
    assert.equal(fixture.engine.get("app").cpus, 0.2);
    const client = fixture.visit("app");
    await fixture.clock.settle();
    assert.equal(client.answer, "forward app");
    assert.equal(client.waitedMs, 0);
    assert.equal(fixture.engine.get("app").cpus, 0);
    client.close();
  }
});

test("an auth request gives a throttled one its speed back too", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, idleSignal: "requests" });
  await fixture.clock.advance(MINUTE);
  fixture.visit("app", { lease: "none", handler: { seesTraffic: false } });
  await fixture.clock.settle();
  assert.equal(fixture.engine.get("app").cpus, 0);
});

test("clients that must not keep it awake do not restore its speed either", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2, ignore });
  await fixture.clock.advance(MINUTE);
  const client = fixture.visit("app", { userAgent: "kuma" });
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.engine.get("app").cpus, 0.2);
});

test("a throttled container that is restarted from outside has its full speed", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await fixture.clock.advance(MINUTE);
  fixture.engine.stopOutside("app");
  await fixture.clock.settle();
  fixture.engine.startOutside("app");
  await fixture.clock.advance(50);
  assert.equal(fixture.engine.get("app").cpus, 0);
});

test("what was throttled has its own limits back before it is stopped, and when it is taken away", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2, idleTimeoutMs: 2 * MINUTE });
  fixture.engine.get("app").cpus = 0.7;
  await fixture.clock.advance(2 * MINUTE - 1);
  assert.equal(fixture.engine.get("app").cpus, 0.2);
  await fixture.clock.advance(1);
  assert.equal(fixture.engine.get("app").cpus, 0.7);
  assert.equal(fixture.status("app"), "asleep");

  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(MINUTE + 50);
  assert.equal(fixture.engine.get("app").cpus, 0.2);
  await fixture.configure(fixtureSettings([]));
  assert.equal(fixture.engine.get("app").cpus, 0.7);
});

test("what is throttled has its own limits back when the gateway ends", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  fixture.engine.get("app").cpus = 0.7;
  await fixture.clock.advance(MINUTE);
  assert.equal(fixture.engine.get("app").cpus, 0.2);
  await fixture.lifecycle.stop();
  assert.equal(fixture.engine.get("app").cpus, 0.7);
});

test("an engine that does not answer keeps a gateway no more than 3 s from its end", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await fixture.clock.advance(MINUTE);
  fixture.engine.restore = () => new Promise(() => {});
  let isEnded = false;
  void fixture.lifecycle.stop().then(() => (isEnded = true));
  await fixture.clock.advance(2_990);
  assert.equal(isEnded, false);
  await fixture.clock.advance(20);
  assert.equal(isEnded, true);
});

test("a container that an earlier gateway throttled, and no other, gets its limits back once observed", async () => {
  const own = { id: "id-1", values: { cpus: 0.5 } };
  for (const [memory, cpus] of [
    [{ ownLimits: own }, 0.5],
    [{}, 0.2],
    [{ ownLimits: { ...own, id: "of its predecessor" } }, 0.2],
  ] as const) {
    const fixture = await openLifecycle([{ name: "app", throttleAfterMs: MINUTE, throttleCpus: 0.2 }], {
      fakes: { app: { status: "running", cpus: 0.2, id: "id-1" } },
      memories: { app: memory },
    });
    await fixture.clock.advance(50);
    assert.equal(fixture.engine.get("app").cpus, cpus);
    assert.equal(fixture.record("app").ownLimits, undefined);
  }
});

test("what its own limits were is kept before they are changed", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  fixture.engine.get("app").cpus = 0.7;
  await fixture.clock.advance(MINUTE);
  assert.deepEqual(fixture.saved.get("app")?.ownLimits, { id: fixture.engine.get("app").id, values: { cpus: 0.7 } });
  fixture.visit("app");
  await fixture.clock.advance(2_000);
  assert.equal(fixture.saved.get("app")?.ownLimits, undefined);
});

test("while the engine is lost a throttled one stays slow; the first request after its return ends that", async () => {
  const fixture = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await fixture.clock.advance(MINUTE);
  fixture.engine.reachable(false);
  fixture.visit("app").close();
  await fixture.clock.settle();
  assert.equal(fixture.engine.get("app").cpus, 0.2);
  fixture.engine.reachable(true);
  fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(fixture.engine.get("app").cpus, 0);
  assert.deepEqual(fixture.emitted("fault"), []);
});

test("with stop_method pause, a paused container is at its end", async () => {
  const fixture = await ready({ pauseAfterMs: MINUTE, idleTimeoutMs: 2 * MINUTE, stopMethod: "pause" });
  await fixture.clock.advance(60 * MINUTE);
  assert.equal(fixture.status("app"), "paused");
  assert.deepEqual(fixture.orders(), ["stop app pause"]);
});

test("an engine that cannot pause or throttle keeps to the stop", async () => {
  const fixture = await ready(tiers);
  const limited = { ...fixture.record("app").engine, capabilities: CAPABILITIES.kubernetes };
  fixture.record("app").engine = limited;
  fixture.lifecycle.context.rearm(fixture.record("app"));
  await fixture.clock.advance(10 * MINUTE);
  assert.equal(fixture.status("app"), "asleep");
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
});

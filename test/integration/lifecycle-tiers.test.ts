import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import { houseSettings, openHouse, type TestHouse } from "./lifecycle-house.ts";

const MINUTE = 60_000;
const tiers = { throttleAfterMs: MINUTE, throttleCpus: 0.2, pauseAfterMs: 3 * MINUTE, idleTimeoutMs: 10 * MINUTE };

async function ready(settings: Partial<WorkloadSettings>): Promise<TestHouse> {
  const house = await openHouse([{ name: "app", ...settings }]);
  const guest = house.visit("app");
  await house.clock.advance(50);
  guest.close();
  assert.equal(guest.answer, "forward app");
  house.orders();
  return house;
}

test("unused, it gets slower, then pauses, then stops, each at its moment", async () => {
  const house = await ready(tiers);
  const { engine } = house;
  await house.clock.advance(MINUTE - 1);
  assert.equal(engine.get("app").cpus, 0);
  await house.clock.advance(1);
  assert.equal(engine.get("app").cpus, 0.2);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(2 * MINUTE - 1);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(1);
  assert.equal(house.status("app"), "paused");
  await house.clock.advance(7 * MINUTE - 1);
  assert.equal(house.status("app"), "paused");
  await house.clock.advance(1);
  assert.equal(house.status("app"), "asleep");
  assert.deepEqual(
    house.told("stopped").map(({ reason }) => reason),
    ["pause", "idle"],
  );
});

test("a paused one goes on without a cold start", async () => {
  const house = await ready({ pauseAfterMs: MINUTE });
  await house.clock.advance(MINUTE);
  assert.equal(house.status("app"), "paused");
  const startedAtMs = house.engine.get("app").startedAtMs;
  const guest = house.visit("app");
  await house.clock.advance(20);
  assert.equal(guest.answer, "forward app");
  assert.equal(house.engine.get("app").startedAtMs, startedAtMs);
});

test("a request gives a throttled one its speed back at once, and the tiers begin anew", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  for (let round = 0; round < 3; round += 1) {
    await house.clock.advance(MINUTE);
    assert.equal(house.engine.get("app").cpus, 0.2);
    const guest = house.visit("app");
    await house.clock.settle();
    assert.equal(guest.answer, "forward app");
    assert.equal(guest.waitedMs, 0);
    assert.equal(house.engine.get("app").cpus, 0);
    guest.close();
  }
});

test("an auth request gives a throttled one its speed back too", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, idleSignal: "requests" });
  await house.clock.advance(MINUTE);
  house.visit("app", { lease: "none", door: { seesTraffic: false } });
  await house.clock.settle();
  assert.equal(house.engine.get("app").cpus, 0);
});

test("those who must not keep it awake do not give it its speed back either", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2, ignore });
  await house.clock.advance(MINUTE);
  const guest = house.visit("app", { userAgent: "kuma" });
  await house.clock.settle();
  assert.equal(guest.answer, "forward app");
  assert.equal(house.engine.get("app").cpus, 0.2);
});

test("what was throttled and is started anew by somebody else has its full speed", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await house.clock.advance(MINUTE);
  house.engine.stopOutside("app");
  await house.clock.settle();
  house.engine.startOutside("app");
  await house.clock.advance(50);
  assert.equal(house.engine.get("app").cpus, 0);
});

test("what was throttled has its own limits back before it is stopped, and when it is taken away", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2, idleTimeoutMs: 2 * MINUTE });
  house.engine.get("app").cpus = 0.7;
  await house.clock.advance(2 * MINUTE - 1);
  assert.equal(house.engine.get("app").cpus, 0.2);
  await house.clock.advance(1);
  assert.equal(house.engine.get("app").cpus, 0.7);
  assert.equal(house.status("app"), "asleep");

  house.visit("app", { lease: "none" });
  await house.clock.advance(MINUTE + 50);
  assert.equal(house.engine.get("app").cpus, 0.2);
  await house.configure(houseSettings([]));
  assert.equal(house.engine.get("app").cpus, 0.7);
});

test("what is throttled has its own limits back when the gateway ends", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  house.engine.get("app").cpus = 0.7;
  await house.clock.advance(MINUTE);
  assert.equal(house.engine.get("app").cpus, 0.2);
  await house.lifecycle.stop();
  assert.equal(house.engine.get("app").cpus, 0.7);
});

test("an engine that does not answer keeps a gateway no more than 3 s from its end", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await house.clock.advance(MINUTE);
  house.engine.restore = () => new Promise(() => {});
  let isOver = false;
  void house.lifecycle.stop().then(() => (isOver = true));
  await house.clock.advance(2_990);
  assert.equal(isOver, false);
  await house.clock.advance(20);
  assert.equal(isOver, true);
});

test("what a former gateway had throttled gets its own limits back at first sight, and nobody else does", async () => {
  const own = { id: "id-1", values: { cpus: 0.5 } };
  for (const [memory, cpus] of [
    [{ ownLimits: own }, 0.5],
    [{}, 0.2],
    [{ ownLimits: { ...own, id: "of its predecessor" } }, 0.2],
  ] as const) {
    const house = await openHouse([{ name: "app", throttleAfterMs: MINUTE, throttleCpus: 0.2 }], {
      fakes: { app: { status: "running", cpus: 0.2, id: "id-1" } },
      memories: { app: memory },
    });
    await house.clock.advance(50);
    assert.equal(house.engine.get("app").cpus, cpus);
    assert.equal(house.record("app").ownLimits, undefined);
  }
});

test("what its own limits were is kept before they are changed", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  house.engine.get("app").cpus = 0.7;
  await house.clock.advance(MINUTE);
  assert.deepEqual(house.saved.get("app")?.ownLimits, { id: house.engine.get("app").id, values: { cpus: 0.7 } });
  house.visit("app");
  await house.clock.advance(2_000);
  assert.equal(house.saved.get("app")?.ownLimits, undefined);
});

test("while the engine is lost a throttled one stays slow, and the first request after its return makes it quick", async () => {
  const house = await ready({ throttleAfterMs: MINUTE, throttleCpus: 0.2 });
  await house.clock.advance(MINUTE);
  house.engine.reachable(false);
  house.visit("app").close();
  await house.clock.settle();
  assert.equal(house.engine.get("app").cpus, 0.2);
  house.engine.reachable(true);
  house.visit("app");
  await house.clock.settle();
  assert.equal(house.engine.get("app").cpus, 0);
  assert.deepEqual(house.told("fault"), []);
});

test("a pause whose stop is a pause comes to its end there", async () => {
  const house = await ready({ pauseAfterMs: MINUTE, idleTimeoutMs: 2 * MINUTE, stopMethod: "pause" });
  await house.clock.advance(60 * MINUTE);
  assert.equal(house.status("app"), "paused");
  assert.deepEqual(house.orders(), ["stop app pause"]);
});

test("an engine that cannot pause or throttle keeps to the stop", async () => {
  const house = await ready(tiers);
  const limited = { ...house.record("app").engine, capabilities: { pause: false, throttle: false, usage: false } };
  house.record("app").engine = limited;
  house.lifecycle.house.rearm(house.record("app"));
  await house.clock.advance(10 * MINUTE);
  assert.equal(house.status("app"), "asleep");
  assert.deepEqual(house.orders(), ["stop app stop"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import { EngineError, type Probe } from "../../src/lifecycle/ports.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { NOT_READY, READY } from "../support/probing.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;

async function readyHouse(fake: Partial<FakeWorkload> = {}, more: Partial<WorkloadSettings> = {}): Promise<TestHouse> {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE, ...more }], { fakes: { app: fake } });
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  guest.close();
  house.orders();
  return house;
}

/** A busy_path that takes its time, so that `draining` lasts. */
function slowly(house: TestHouse, ms: number): void {
  const probe = house.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await house.clock.sleep(ms);
    return NOT_READY;
  };
}

test("an arrival while it drains undoes the stop, and is forwarded without a start", async () => {
  const house = await readyHouse({}, { busyPath: "/busy" });
  slowly(house, 1_000);
  await house.clock.advance(IDLE + 500);
  assert.equal(house.status("app"), "draining");
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.answer, "forward app");
  assert.equal(guest.waitedMs, 0);
  guest.close();
  await house.clock.advance(IDLE - 10);
  assert.equal(house.status("app"), "ready", "it was used, so it is idle from now on");
  assert.deepEqual(house.orders(), []);
});

test("an arrival of those who must not wake undoes no stop", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const house = await readyHouse({}, { busyPath: "/busy", ignore });
  slowly(house, 1_000);
  await house.clock.advance(IDLE + 500);
  const guest = house.visit("app", { userAgent: "kuma" });
  await house.clock.settle();
  assert.equal(guest.answer, "asleep");
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "asleep");
});

test("whoever arrives while it stops is served after a new wake, and the stop is not cut short", async () => {
  const house = await readyHouse({ stopMs: 2_000 });
  await house.clock.advance(IDLE + 500);
  assert.equal(house.status("app"), "stopping");
  const guests = Array.from({ length: 10 }, () => house.visit("app"));
  await house.clock.advance(1_000);
  assert.ok(guests.every(({ answer }) => answer === ""));
  await house.clock.advance(1_000);
  assert.ok(guests.every(({ answer }) => answer === "forward app"));
  assert.deepEqual(house.orders(), ["stop app stop", "start app"]);
});

test("a browser that arrives while it stops gets the page, and the wake comes after it", async () => {
  const house = await readyHouse({ stopMs: 2_000 });
  await house.clock.advance(IDLE + 500);
  const page = house.visit("app", { kind: "navigation" });
  await house.clock.settle();
  assert.equal(page.answer, "page");
  await house.clock.advance(2_100);
  assert.equal(house.status("app"), "ready");
});

test("requests at every moment of a stop are answered by the app", async () => {
  for (let ms = 0; ms <= 60; ms += 1) {
    const house = await readyHouse({ stopMs: 20, startMs: 10, listenMs: 10 });
    await house.clock.advance(IDLE - 30 + ms);
    const guest = house.visit("app");
    await house.clock.advance(200);
    assert.equal(guest.answer, "forward app", `${ms} ms`);
    guest.close();
    await house.clock.advance(2 * IDLE);
    assert.equal(house.status("app"), "asleep");
  }
});

test("a stop that the engine refuses is told, tried again half a minute later, and the app serves meanwhile", async () => {
  const house = await readyHouse({ refusesStop: "no" });
  await house.clock.advance(IDLE + 100);
  assert.equal(house.told("stop-failed")[0]?.message, "no");
  assert.equal(house.status("app"), "ready");
  const guest = house.visit("app", { lease: "none" });
  await house.clock.settle();
  assert.equal(guest.answer, "forward app");
  await house.clock.advance(20 * IDLE);
  const stops = house.orders().filter((order) => order.startsWith("stop"));
  assert.ok(stops.length > 10 && stops.length <= 1 + (20 * IDLE) / 30_000, String(stops.length));
  const { durationMs, ours } = house.told("ready")[1]!;
  assert.deepEqual([durationMs, ours], [undefined, true], "it is ours, though no wake led there");
  house.engine.get("app").refusesStop = undefined;
  await house.clock.advance(IDLE);
  assert.equal(house.status("app"), "asleep");
});

test("an administrator's stop waits for what is open, but not for ever", async () => {
  const house = await readyHouse();
  const guest = house.visit("app");
  await house.clock.settle();
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(29_000);
  assert.equal(house.status("app"), "draining");
  await house.clock.advance(1_100);
  assert.equal(house.status("app"), "asleep");
  guest.close();
  assert.equal(house.record("app").leases, 0);
});

test("an administrator's stop goes on as soon as nothing is open any more", async () => {
  const house = await readyHouse();
  const guest = house.visit("app");
  await house.clock.settle();
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(1_000);
  guest.close();
  await house.clock.settle();
  assert.equal(house.status("app"), "asleep");
  assert.equal(house.told("stopped")[0]?.reason, "admin");
});

test("who arrives during an administrator's stop is served after it", async () => {
  const house = await readyHouse({ stopMs: 500 });
  const inside = house.visit("app");
  await house.clock.settle();
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(100);
  const guest = house.visit("app");
  await house.clock.advance(100);
  assert.equal(guest.answer, "");
  inside.close();
  await house.clock.advance(1_000);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), ["stop app stop", "start app"]);
});

test("an administrator's stop during a start is obeyed once the engine has started it", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { startMs: 1_000, listenMs: 5_000 } } });
  house.visit("app", { kind: "navigation" });
  await house.clock.advance(500);
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(400);
  assert.deepEqual(house.orders(), ["start app"], "a stop beside a start may lose");
  await house.clock.advance(200);
  assert.equal(house.status("app"), "asleep");
  assert.deepEqual(house.orders(), ["stop app stop"]);
});

test("an administrator's stop while the app comes up is obeyed at once, and who waits wakes it again", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { listenMs: 2_000, stopMs: 100 } } });
  const guest = house.visit("app");
  await house.clock.advance(500);
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(50);
  assert.equal(house.status("app"), "stopping");
  await house.clock.advance(3_000);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), ["start app", "stop app stop", "start app"]);
});

test("an administrator's stop takes over one that drains out of idleness", async () => {
  const house = await readyHouse({}, { busyPath: "/busy" });
  const probe = house.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await house.clock.sleep(1_000);
    return READY;
  };
  await house.clock.advance(IDLE + 500);
  assert.equal(house.status("app"), "draining");
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "asleep", "a veto is for idleness alone");
});

test("stop_method, stop_timeout and stop_signal are passed on", async () => {
  for (const stopMethod of ["stop", "pause", "kill"] as const) {
    const house = await readyHouse({}, { stopMethod });
    await house.clock.advance(IDLE);
    assert.deepEqual(house.orders(), [`stop app ${stopMethod}`]);
    assert.equal(house.status("app"), stopMethod === "pause" ? "paused" : "asleep");
    await house.clock.advance(10 * IDLE);
    assert.deepEqual(house.orders(), []);
    const guest = house.visit("app");
    await house.clock.advance(50);
    assert.equal(guest.answer, "forward app");
  }
});

test("one that is removed while it is stopped is absent, and no failure", async () => {
  const house = await readyHouse({ stopMs: 0 });
  const stop = house.engine.stop.bind(house.engine);
  house.engine.stop = (ref, order) => {
    house.engine.remove("app");
    return stop(ref, order);
  };
  await house.clock.advance(IDLE);
  assert.equal(house.status("app"), "absent");
  assert.deepEqual(house.told("stop-failed"), []);
});

test("an engine that does not answer keeps nobody from an app that is due to sleep", async () => {
  const house = await readyHouse();
  house.orders();
  const observe = house.engine.observe.bind(house.engine);
  house.engine.observe = async () => {
    await house.clock.sleep(10_000);
    throw new EngineError("unreachable", "it hangs");
  };
  await house.clock.advance(62_000);
  const guest = house.visit("app", { lease: "none" });
  await house.clock.settle();
  assert.equal(guest.answer, "forward app");
  await house.clock.advance(75_000);
  const later = house.visit("app", { lease: "none" });
  await house.clock.settle();
  assert.equal(later.answer, "forward app");
  assert.deepEqual(house.orders(), [], "no stop is begun");
  house.engine.observe = observe;
  await house.clock.advance(130_000);
  assert.equal(house.status("app"), "asleep");
});

test("one that is to be kept awake is not stopped any more, though its idle stop has begun to look", async () => {
  const house = await readyHouse();
  house.engine.execs = () => house.clock.sleep(1_000).then(() => 0);
  house.orders();
  for (let ms = 0; house.status("app") !== "draining" && ms <= IDLE; ms += 500) await house.clock.advance(500);
  assert.equal(house.status("app"), "draining");
  house.lifecycle.pin(house.record("app"), 10 * IDLE);
  await house.clock.advance(IDLE);
  assert.deepEqual(house.orders(), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import { EngineError, type Probe } from "../../src/lifecycle/ports.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { NOT_READY, READY } from "../support/probing.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const IDLE = 60_000;

async function openReady(
  fake: Partial<FakeWorkload> = {},
  more: Partial<WorkloadSettings> = {},
): Promise<LifecycleFixture> {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE, ...more }], { fakes: { app: fake } });
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  client.close();
  fixture.orders();
  return fixture;
}

/** A busy_path that takes its time, so that `draining` lasts. */
function slowly(fixture: LifecycleFixture, ms: number): void {
  const probe = fixture.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await fixture.clock.sleep(ms);
    return NOT_READY;
  };
}

test("an arrival while it drains undoes the stop, and is forwarded without a start", async () => {
  const fixture = await openReady({}, { busyPath: "/busy" });
  slowly(fixture, 1_000);
  await fixture.clock.advance(IDLE + 500);
  assert.equal(fixture.status("app"), "draining");
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  assert.equal(client.waitedMs, 0);
  client.close();
  await fixture.clock.advance(IDLE - 10);
  assert.equal(fixture.status("app"), "ready", "it was used, so it is idle from now on");
  assert.deepEqual(fixture.orders(), []);
});

test("a client that must not wake undoes no stop", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const fixture = await openReady({}, { busyPath: "/busy", ignore });
  slowly(fixture, 1_000);
  await fixture.clock.advance(IDLE + 500);
  const client = fixture.visit("app", { userAgent: "kuma" });
  await fixture.clock.settle();
  assert.equal(client.answer, "asleep");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a request during the stop is served after a new wake, and the stop is not cut short", async () => {
  const fixture = await openReady({ stopMs: 2_000 });
  await fixture.clock.advance(IDLE + 500);
  assert.equal(fixture.status("app"), "stopping");
  const clients = Array.from({ length: 10 }, () => fixture.visit("app"));
  await fixture.clock.advance(1_000);
  assert.ok(clients.every(({ answer }) => answer === ""));
  await fixture.clock.advance(1_000);
  assert.ok(clients.every(({ answer }) => answer === "forward app"));
  assert.deepEqual(fixture.orders(), ["stop app stop", "start app"]);
});

test("a browser during the stop gets the page, and the wake follows the stop", async () => {
  const fixture = await openReady({ stopMs: 2_000 });
  await fixture.clock.advance(IDLE + 500);
  const page = fixture.visit("app", { kind: "navigation" });
  await fixture.clock.settle();
  assert.equal(page.answer, "page");
  await fixture.clock.advance(2_100);
  assert.equal(fixture.status("app"), "ready");
});

test("requests at every moment of a stop are answered by the app", async () => {
  for (let ms = 0; ms <= 60; ms += 1) {
    const fixture = await openReady({ stopMs: 20, startMs: 10, listenMs: 10 });
    await fixture.clock.advance(IDLE - 30 + ms);
    const client = fixture.visit("app");
    await fixture.clock.advance(200);
    assert.equal(client.answer, "forward app", `${ms} ms`);
    client.close();
    await fixture.clock.advance(2 * IDLE);
    assert.equal(fixture.status("app"), "asleep");
  }
});

test("a stop that the engine refuses is reported and retried after half a minute; the app serves meanwhile", async () => {
  const fixture = await openReady({ refusesStop: "no" });
  await fixture.clock.advance(IDLE + 100);
  assert.equal(fixture.emitted("stop-failed")[0]?.message, "no");
  assert.equal(fixture.status("app"), "ready");
  const client = fixture.visit("app", { lease: "none" });
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  await fixture.clock.advance(20 * IDLE);
  const stops = fixture.orders().filter((order) => order.startsWith("stop"));
  assert.ok(stops.length > 10 && stops.length <= 1 + (20 * IDLE) / 30_000, String(stops.length));
  const { durationMs, ours } = fixture.emitted("ready")[1]!;
  assert.deepEqual([durationMs, ours], [undefined, true], "it is ours, though no wake led there");
  fixture.engine.get("app").refusesStop = undefined;
  await fixture.clock.advance(IDLE);
  assert.equal(fixture.status("app"), "asleep");
});

test("an administrator's stop waits for open requests, but not forever", async () => {
  const fixture = await openReady();
  const client = fixture.visit("app");
  await fixture.clock.settle();
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(29_000);
  assert.equal(fixture.status("app"), "draining");
  await fixture.clock.advance(1_100);
  assert.equal(fixture.status("app"), "asleep");
  client.close();
  assert.equal(fixture.record("app").leases, 0);
});

test("an administrator's stop goes on as soon as nothing is open any more", async () => {
  const fixture = await openReady();
  const client = fixture.visit("app");
  await fixture.clock.settle();
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(1_000);
  client.close();
  await fixture.clock.settle();
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.emitted("stopped")[0]?.reason, "admin");
});

test("a request during an administrator's stop is served after it", async () => {
  const fixture = await openReady({ stopMs: 500 });
  const inside = fixture.visit("app");
  await fixture.clock.settle();
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(100);
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  assert.equal(client.answer, "");
  inside.close();
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["stop app stop", "start app"]);
});

test("an administrator's stop during a start is obeyed once the engine has started it", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { startMs: 1_000, listenMs: 5_000 } } });
  fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(500);
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(400);
  assert.deepEqual(fixture.orders(), ["start app"], "a stop during a start may lose");
  await fixture.clock.advance(200);
  assert.equal(fixture.status("app"), "asleep");
  assert.deepEqual(fixture.orders(), ["stop app stop"]);
});

test("an administrator's stop during a start is executed at once, and held requests wake it again", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { listenMs: 2_000, stopMs: 100 } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(500);
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(50);
  assert.equal(fixture.status("app"), "stopping");
  await fixture.clock.advance(3_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start app", "stop app stop", "start app"]);
});

test("an administrator's stop takes over one that drains out of idleness", async () => {
  const fixture = await openReady({}, { busyPath: "/busy" });
  const probe = fixture.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await fixture.clock.sleep(1_000);
    return READY;
  };
  await fixture.clock.advance(IDLE + 500);
  assert.equal(fixture.status("app"), "draining");
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep", "a veto is for idleness alone");
});

test("stop_method, stop_timeout and stop_signal are passed on", async () => {
  for (const stopMethod of ["stop", "pause", "kill"] as const) {
    const fixture = await openReady({}, { stopMethod });
    await fixture.clock.advance(IDLE);
    assert.deepEqual(fixture.orders(), [`stop app ${stopMethod}`]);
    assert.equal(fixture.status("app"), stopMethod === "pause" ? "paused" : "asleep");
    await fixture.clock.advance(10 * IDLE);
    assert.deepEqual(fixture.orders(), []);
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    assert.equal(client.answer, "forward app");
  }
});

test("one that is removed while it is stopped is absent, and no failure", async () => {
  const fixture = await openReady({ stopMs: 0 });
  const stop = fixture.engine.stop.bind(fixture.engine);
  fixture.engine.stop = (ref, order) => {
    fixture.engine.remove("app");
    return stop(ref, order);
  };
  await fixture.clock.advance(IDLE);
  assert.equal(fixture.status("app"), "absent");
  assert.deepEqual(fixture.emitted("stop-failed"), []);
});

test("an engine that does not answer keeps nobody from an app that is due to sleep", async () => {
  const fixture = await openReady();
  fixture.orders();
  const observe = fixture.engine.observe.bind(fixture.engine);
  fixture.engine.observe = async () => {
    await fixture.clock.sleep(10_000);
    throw new EngineError("unreachable", "it hangs");
  };
  await fixture.clock.advance(62_000);
  const client = fixture.visit("app", { lease: "none" });
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  await fixture.clock.advance(75_000);
  const later = fixture.visit("app", { lease: "none" });
  await fixture.clock.settle();
  assert.equal(later.answer, "forward app");
  assert.deepEqual(fixture.orders(), [], "no stop is begun");
  fixture.engine.observe = observe;
  await fixture.clock.advance(130_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("one that is to be kept awake is not stopped any more, though its idle stop has begun to look", async () => {
  const fixture = await openReady();
  fixture.engine.execs = () => fixture.clock.sleep(1_000).then(() => 0);
  fixture.orders();
  for (let ms = 0; fixture.status("app") !== "draining" && ms <= IDLE; ms += 500) await fixture.clock.advance(500);
  assert.equal(fixture.status("app"), "draining");
  fixture.lifecycle.pin(fixture.record("app"), 10 * IDLE);
  await fixture.clock.advance(IDLE);
  assert.deepEqual(fixture.orders(), []);
});

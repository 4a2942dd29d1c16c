import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureSettings, openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const MINUTE = 60_000;
const running = { fakes: { app: { status: "running" } } } as const;
const hanging = { fakes: { app: { listenMs: Infinity } } };

/** Advances until the workload sleeps and returns how long that took; `Infinity`: it does not within `limitMs`. */
async function msUntilAsleep(fixture: LifecycleFixture, name = "app", limitMs = 10 * MINUTE): Promise<number> {
  const from = fixture.clock.now();
  while (fixture.clock.now() - from <= limitMs) {
    if (fixture.status(name) === "asleep" || fixture.status(name) === "paused") return fixture.clock.now() - from;
    await fixture.clock.advance(1_000 - ((fixture.clock.now() - from) % 1_000));
  }
  return Infinity;
}

async function wake(fixture: LifecycleFixture, name = "app"): Promise<void> {
  fixture.lifecycle.wake(fixture.record(name), "admin");
  await fixture.clock.advance(20);
  assert.equal(fixture.status(name), "ready");
}

test("it is stopped at the end of the last request plus idle_timeout, and not a millisecond before", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(5_000);
  client.close();
  await fixture.clock.advance(MINUTE - 1);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.emitted("stopped")[0]?.reason, "idle");
});

test("it is never stopped while a lease is open, be it for days", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  const tunnel = fixture.visit("app", { kind: "upgrade", lease: "tunnel" });
  await fixture.clock.advance(3 * 24 * 60 * MINUTE);
  assert.equal(fixture.status("app"), "ready");
  tunnel.close();
  assert.equal(await msUntilAsleep(fixture), MINUTE);
});

test("each of many requests counts, and the last one to end starts the idle time", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  const [long, short] = [fixture.visit("app"), fixture.visit("app")];
  await fixture.clock.advance(1_000);
  short.close();
  await fixture.clock.advance(2 * MINUTE);
  assert.equal(fixture.status("app"), "ready");
  long.close();
  long.close();
  assert.equal(fixture.record("app").leases, 0);
  assert.equal(await msUntilAsleep(fixture), MINUTE);
});

test("an auth request counts as activity without a lease", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE, idleSignal: "requests" }]);
  fixture.visit("app", { lease: "none", handler: { seesTraffic: false } });
  await fixture.clock.advance(30_000);
  fixture.visit("app", { lease: "none", handler: { seesTraffic: false } });
  await fixture.clock.settle();
  assert.equal(fixture.record("app").leases, 0);
  assert.equal(await msUntilAsleep(fixture), MINUTE);
});

test("one that ran before the gateway started counts from its first observation", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }], running);
  await fixture.clock.advance(20);
  assert.equal(fixture.status("app"), "ready");
  assert.equal(await msUntilAsleep(fixture), 59_980 + 20);
});

test("idle_timeout 0 or unset means that it is never stopped", async () => {
  for (const idleTimeoutMs of [0, undefined]) {
    const fixture = await openLifecycle([{ name: "app", idleTimeoutMs }], running);
    assert.equal(await msUntilAsleep(fixture, "app", 60 * MINUTE), Infinity);
  }
});

test("min_uptime postpones the stop", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 10_000, minUptimeMs: 5 * MINUTE }]);
  await wake(fixture);
  assert.ok(Math.abs((await msUntilAsleep(fixture)) - 5 * MINUTE) <= 1_000);
});

test("a wake that takes longer than idle_timeout is not stopped as soon as it is ready", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 10_000 }], {
    fakes: { app: { listenMs: 30_000 } },
  });
  const page = fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(30_600);
  assert.equal(page.answer, "page");
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1_000);
  const reload = fixture.visit("app", { kind: "navigation" });
  await fixture.clock.settle();
  assert.equal(reload.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("one that runs but is never ready is stopped when idle, woken by us or from outside", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE, startTimeoutMs: 5_000 }], hanging);
  fixture.engine.startOutside("app");
  await fixture.clock.settle();
  assert.equal(fixture.status("app"), "unready");
  assert.equal(await msUntilAsleep(fixture), MINUTE);
  fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(6_000);
  assert.equal(fixture.status("app"), "failed");
  const ms = await msUntilAsleep(fixture);
  assert.ok(ms > 0 && ms <= MINUTE, String(ms));
  assert.deepEqual(fixture.orders(), ["stop app stop", "start app", "stop app stop"]);
});

test("a failed app that runs is not stopped before its cool-down ends, so no request starts it too soon", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 1_000, startTimeoutMs: 2_000 }], hanging);
  fixture.visit("app");
  await fixture.clock.advance(2_300);
  assert.equal(fixture.status("app"), "failed");
  await fixture.clock.advance(2_500);
  assert.equal(fixture.status("app"), "failed");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a busy_path that answers 2xx postpones the stop by another interval each time", async () => {
  const asked: string[] = [];
  let busy = true;
  const http = (path: string): boolean => {
    asked.push(path);
    return busy;
  };
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE, busyPath: "/busy" }], {
    fakes: { app: { http } },
  });
  await wake(fixture);
  await fixture.clock.advance(3 * MINUTE + 100);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(asked, ["/busy", "/busy", "/busy"]);
  assert.deepEqual(
    fixture.emitted("vetoed").map(({ reason }) => reason),
    ["busy-path", "busy-path", "busy-path"],
  );
  busy = false;
  assert.ok((await msUntilAsleep(fixture)) <= MINUTE);
});

test("a pin keeps it awake, and an unpin at once brings its idle time back", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(fixture);
  const app = fixture.record("app");
  fixture.lifecycle.pin(app, 60 * MINUTE);
  await fixture.clock.advance(30 * MINUTE);
  assert.equal(fixture.status("app"), "ready");
  fixture.lifecycle.pin(app, 0);
  await fixture.clock.settle();
  assert.equal(fixture.status("app"), "asleep");
});

test("an unpin works on one that was stopped and woken while it was pinned", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(fixture);
  fixture.lifecycle.pin(fixture.record("app"), 24 * 60 * MINUTE);
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.settle();
  assert.equal(fixture.status("app"), "asleep");
  await wake(fixture);
  fixture.lifecycle.pin(fixture.record("app"), 0);
  assert.ok((await msUntilAsleep(fixture)) <= MINUTE);
});

test("after a pin ends, an app that was idle for long enough sleeps at once", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(fixture);
  fixture.lifecycle.pin(fixture.record("app"), 5 * MINUTE);
  assert.ok(Math.abs((await msUntilAsleep(fixture)) - 5 * MINUTE) <= 1_000);
});

test("clients that must not wake get the code asleep, pass when it is awake, and do not keep it awake", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const fixture = await openLifecycle([{ name: "app", ignore, idleTimeoutMs: MINUTE }]);
  const checker = { userAgent: "Uptime-Kuma/1" };
  const early = fixture.visit("app", checker);
  await fixture.clock.settle();
  assert.equal(early.answer, "asleep");
  assert.deepEqual(fixture.orders(), []);
  await wake(fixture);
  const from = fixture.clock.now();
  while (fixture.status("app") === "ready") {
    const client = fixture.visit("app", checker);
    await fixture.clock.advance(500);
    if (client.answer !== "") assert.match(client.answer, /^(forward app|asleep)$/u);
    client.close();
    await fixture.clock.advance(500);
  }
  assert.ok(fixture.clock.now() - from <= MINUTE + 1_000);
});

test("a prefetch does not wake, and keeps awake what is awake", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: MINUTE }]);
  for (const answer of ["asleep", "forward app", "forward app"]) {
    const client = fixture.visit("app", { isPrefetch: true });
    await fixture.clock.settle();
    assert.equal(client.answer, answer);
    client.close();
    if (answer === "asleep") await wake(fixture);
    await fixture.clock.advance(MINUTE - 1_000);
  }
});

test("a hold that times out keeps an app awake no longer than the hold and its idle time", async () => {
  const dependsOn = [{ name: "job", condition: "completed" }] as const;
  const settings = [
    { name: "app", idleTimeoutMs: 10_000, holdTimeoutMs: 15_000 },
    { name: "job", hosts: [], targetPort: undefined },
  ];
  const fixture = await openLifecycle(settings, { fakes: { app: { status: "running" }, job: { status: "running" } } });
  await fixture.clock.advance(100);
  await fixture.configure(fixtureSettings([{ ...settings[0]!, dependsOn }, settings[1]!]));
  const client = fixture.visit("app");
  await fixture.clock.advance(15_000);
  assert.equal(client.answer, "timed-out");
  await fixture.clock.advance(10_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a request that is held for a dependency keeps the app from being stopped meanwhile", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const fixture = await openLifecycle(
    [
      { name: "app", idleTimeoutMs: 10_000, dependsOn },
      { name: "db", hosts: [] },
    ],
    { fakes: { db: { listenMs: 0 } } },
  );
  const first = fixture.visit("app");
  await fixture.clock.advance(100);
  first.close();
  fixture.engine.get("db").listenMs = 20_000;
  fixture.engine.stopOutside("db");
  await fixture.clock.advance(9_500);
  const client = fixture.visit("app");
  await fixture.clock.advance(21_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start db", "start app", "start db"]);
});

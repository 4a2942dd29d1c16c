import assert from "node:assert/strict";
import { test } from "node:test";
import { houseSettings, openHouse, type TestHouse } from "./lifecycle-house.ts";

const MINUTE = 60_000;
const running = { fakes: { app: { status: "running" } } } as const;

/** Advances until the workload sleeps and says how long that took; `Infinity`: it does not within `limitMs`. */
async function msUntilAsleep(house: TestHouse, name = "app", limitMs = 10 * MINUTE): Promise<number> {
  const from = house.clock.now();
  while (house.clock.now() - from <= limitMs) {
    if (house.status(name) === "asleep" || house.status(name) === "paused") return house.clock.now() - from;
    await house.clock.advance(1_000 - ((house.clock.now() - from) % 1_000));
  }
  return Infinity;
}

async function wake(house: TestHouse, name = "app"): Promise<void> {
  house.lifecycle.wake(house.record(name), "admin");
  await house.clock.advance(20);
  assert.equal(house.status(name), "ready");
}

test("it is stopped at the end of the last request plus idle_timeout, and not a millisecond before", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  const guest = house.visit("app");
  await house.clock.advance(5_000);
  guest.close();
  await house.clock.advance(MINUTE - 1);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(1);
  assert.equal(house.status("app"), "asleep");
  assert.equal(house.told("stopped")[0]?.reason, "idle");
});

test("it is never stopped while a lease is open, be it for days", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  const tunnel = house.visit("app", { kind: "upgrade", lease: "tunnel" });
  await house.clock.advance(3 * 24 * 60 * MINUTE);
  assert.equal(house.status("app"), "ready");
  tunnel.close();
  assert.equal(await msUntilAsleep(house), MINUTE);
});

test("each of many requests counts, and the last to end settles it", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  const [long, short] = [house.visit("app"), house.visit("app")];
  await house.clock.advance(1_000);
  short.close();
  await house.clock.advance(2 * MINUTE);
  assert.equal(house.status("app"), "ready");
  long.close();
  long.close();
  assert.equal(house.record("app").leases, 0);
  assert.equal(await msUntilAsleep(house), MINUTE);
});

test("an auth request counts as activity without a lease", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE, idleSignal: "requests" }]);
  house.visit("app", { lease: "none", door: { seesTraffic: false } });
  await house.clock.advance(30_000);
  house.visit("app", { lease: "none", door: { seesTraffic: false } });
  await house.clock.settle();
  assert.equal(house.record("app").leases, 0);
  assert.equal(await msUntilAsleep(house), MINUTE);
});

test("one that ran before the gateway came up counts from first sight", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }], running);
  await house.clock.advance(20);
  assert.equal(house.status("app"), "ready");
  assert.equal(await msUntilAsleep(house), 59_980 + 20);
});

test("idle_timeout 0 or unset means that it is never stopped", async () => {
  for (const idleTimeoutMs of [0, undefined]) {
    const house = await openHouse([{ name: "app", idleTimeoutMs }], running);
    assert.equal(await msUntilAsleep(house, "app", 60 * MINUTE), Infinity);
  }
});

test("min_uptime puts the stop off", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 10_000, minUptimeMs: 5 * MINUTE }]);
  await wake(house);
  assert.ok(Math.abs((await msUntilAsleep(house)) - 5 * MINUTE) <= 1_000);
});

test("a wake that takes longer than idle_timeout is not stopped as soon as it is ready", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 10_000 }], { fakes: { app: { listenMs: 30_000 } } });
  const page = house.visit("app", { kind: "navigation" });
  await house.clock.advance(30_600);
  assert.equal(page.answer, "page");
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(1_000);
  const reload = house.visit("app", { kind: "navigation" });
  await house.clock.settle();
  assert.equal(reload.answer, "forward app");
  assert.deepEqual(house.orders(), ["start app"]);
});

test("one that runs but never answers is stopped when idle, woken by us or by somebody else", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE, startTimeoutMs: 5_000 }], {
    fakes: { app: { listenMs: Infinity } },
  });
  house.engine.startOutside("app");
  await house.clock.settle();
  assert.equal(house.status("app"), "unready");
  assert.equal(await msUntilAsleep(house), MINUTE);
  house.visit("app", { kind: "navigation" });
  await house.clock.advance(6_000);
  assert.equal(house.status("app"), "failed");
  const ms = await msUntilAsleep(house);
  assert.ok(ms > 0 && ms <= MINUTE, String(ms));
  assert.deepEqual(house.orders(), ["stop app stop", "start app", "stop app stop"]);
});

test("a failed one that runs is not stopped before its cool-down is over, so that no request starts it too soon", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 1_000, startTimeoutMs: 2_000 }], {
    fakes: { app: { listenMs: Infinity } },
  });
  house.visit("app");
  await house.clock.advance(2_300);
  assert.equal(house.status("app"), "failed");
  await house.clock.advance(2_500);
  assert.equal(house.status("app"), "failed");
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "asleep");
});

test("a busy_path that answers 2xx puts the stop off by another interval, again and again", async () => {
  const asked: string[] = [];
  let busy = true;
  const http = (path: string): boolean => {
    asked.push(path);
    return busy;
  };
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE, busyPath: "/busy" }], {
    fakes: { app: { http } },
  });
  await wake(house);
  await house.clock.advance(3 * MINUTE + 100);
  assert.equal(house.status("app"), "ready");
  assert.deepEqual(asked, ["/busy", "/busy", "/busy"]);
  assert.deepEqual(
    house.told("vetoed").map(({ reason }) => reason),
    ["busy-path", "busy-path", "busy-path"],
  );
  busy = false;
  assert.ok((await msUntilAsleep(house)) <= MINUTE);
});

test("a pin keeps it awake, and an unpin at once brings its idle time back", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(house);
  const app = house.record("app");
  house.lifecycle.pin(app, 60 * MINUTE);
  await house.clock.advance(30 * MINUTE);
  assert.equal(house.status("app"), "ready");
  house.lifecycle.pin(app, 0);
  await house.clock.settle();
  assert.equal(house.status("app"), "asleep");
});

test("an unpin works on one that was stopped and woken while it was pinned", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(house);
  house.lifecycle.pin(house.record("app"), 24 * 60 * MINUTE);
  house.lifecycle.sleep(house.record("app"));
  await house.clock.settle();
  assert.equal(house.status("app"), "asleep");
  await wake(house);
  house.lifecycle.pin(house.record("app"), 0);
  assert.ok((await msUntilAsleep(house)) <= MINUTE);
});

test("a pin that is over lets it sleep at once when it has been idle for long", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  await wake(house);
  house.lifecycle.pin(house.record("app"), 5 * MINUTE);
  assert.ok(Math.abs((await msUntilAsleep(house)) - 5 * MINUTE) <= 1_000);
});

test("those who must not wake are told that it sleeps, pass when it is awake, and do not keep it awake", async () => {
  const ignore = { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 as const };
  const house = await openHouse([{ name: "app", ignore, idleTimeoutMs: MINUTE }]);
  const checker = { userAgent: "Uptime-Kuma/1" };
  const early = house.visit("app", checker);
  await house.clock.settle();
  assert.equal(early.answer, "asleep");
  assert.deepEqual(house.orders(), []);
  await wake(house);
  const from = house.clock.now();
  while (house.status("app") === "ready") {
    const guest = house.visit("app", checker);
    await house.clock.advance(500);
    if (guest.answer !== "") assert.match(guest.answer, /^(forward app|asleep)$/u);
    guest.close();
    await house.clock.advance(500);
  }
  assert.ok(house.clock.now() - from <= MINUTE + 1_000);
});

test("a prefetch does not wake, and keeps awake what is awake", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: MINUTE }]);
  for (const answer of ["asleep", "forward app", "forward app"]) {
    const guest = house.visit("app", { isPrefetch: true });
    await house.clock.settle();
    assert.equal(guest.answer, answer);
    guest.close();
    if (answer === "asleep") await wake(house);
    await house.clock.advance(MINUTE - 1_000);
  }
});

test("who waits in vain for an app that is up keeps it awake no longer than the wait and its idle time", async () => {
  const dependsOn = [{ name: "job", condition: "completed" }] as const;
  const settings = [
    { name: "app", idleTimeoutMs: 10_000, holdTimeoutMs: 15_000 },
    { name: "job", hosts: [], targetPort: undefined },
  ];
  const house = await openHouse(settings, { fakes: { app: { status: "running" }, job: { status: "running" } } });
  await house.clock.advance(100);
  await house.configure(houseSettings([{ ...settings[0]!, dependsOn }, settings[1]!]));
  const guest = house.visit("app");
  await house.clock.advance(15_000);
  assert.equal(guest.answer, "timed-out");
  await house.clock.advance(10_000);
  assert.equal(house.status("app"), "asleep");
});

test("a request that is held for a dependency keeps it from being stopped under its feet", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const house = await openHouse(
    [
      { name: "app", idleTimeoutMs: 10_000, dependsOn },
      { name: "db", hosts: [] },
    ],
    { fakes: { db: { listenMs: 0 } } },
  );
  const first = house.visit("app");
  await house.clock.advance(100);
  first.close();
  house.engine.get("db").listenMs = 20_000;
  house.engine.stopOutside("db");
  await house.clock.advance(9_500);
  const guest = house.visit("app");
  await house.clock.advance(21_000);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), ["start db", "start app", "start db"]);
});

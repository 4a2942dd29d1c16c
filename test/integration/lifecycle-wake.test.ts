import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { type Guest, openHouse } from "./lifecycle-house.ts";

const slow = { fakes: { app: { startMs: 200, listenMs: 800 } } };
const never = { fakes: { app: { listenMs: Infinity } } };
const crashes = { fakes: { app: { listenMs: Infinity, endsAfterMs: 100 } } };

const answers = (guests: readonly Guest[]): string[] => [...new Set(guests.map(({ answer }) => answer))];

test("fifty who wait share one start, and all are forwarded at the same moment", async () => {
  const house = await openHouse([{ name: "app" }], slow);
  const guests = Array.from({ length: 50 }, () => house.visit("app"));
  await house.clock.advance(990);
  assert.deepEqual(answers(guests), [""]);
  await house.clock.advance(30);
  assert.deepEqual(answers(guests), ["forward app"]);
  assert.deepEqual(house.orders(), ["start app"]);
  assert.equal(house.record("app").leases, 50);
  assert.equal(house.record("app").waiters.size, 0);
});

test("what a client gets while it sleeps follows from who it is", async () => {
  const house = await openHouse([{ name: "app" }], slow);
  const page = house.visit("app", { kind: "navigation" });
  const api = house.visit("app", { kind: "other" });
  const socket = house.visit("app", { kind: "upgrade", lease: "tunnel" });
  await house.clock.settle();
  assert.deepEqual([page.answer, api.answer, socket.answer], ["page", "", ""]);
  await house.clock.advance(1_100);
  assert.deepEqual([api.answer, socket.answer], ["forward app", "forward app"]);
  assert.deepEqual(house.record("app").leasesByKind, { request: 1, tunnel: 1 });
  assert.deepEqual(house.orders(), ["start app"]);
});

test("who waited is told how long, who did not wait 0", async () => {
  const house = await openHouse([{ name: "app" }], slow);
  const waiting = house.visit("app");
  await house.clock.advance(1_100);
  const later = house.visit("app");
  await house.clock.settle();
  assert.ok(waiting.waitedMs >= 1_000 && waiting.waitedMs <= 1_020, String(waiting.waitedMs));
  assert.equal(later.waitedMs, 0);
});

test("who waits longer than hold_timeout is told so, and the wake goes on", async () => {
  const house = await openHouse([{ name: "app", holdTimeoutMs: 500 }], slow);
  const guest = house.visit("app");
  await house.clock.advance(499);
  assert.equal(guest.answer, "");
  await house.clock.advance(1);
  assert.equal(guest.answer, "timed-out");
  assert.equal(house.record("app").waiters.size, 0);
  await house.clock.advance(600);
  assert.equal(house.status("app"), "ready");
});

test("a browser that is held for too long gets the page", async () => {
  const house = await openHouse([{ name: "app", holdTimeoutMs: 500, wake: "hold" }], slow);
  const guest = house.visit("app", { kind: "navigation" });
  await house.clock.advance(500);
  assert.equal(guest.answer, "page");
});

test("who leaves frees a place and cancels nothing that others want", async () => {
  const house = await openHouse([{ name: "app", maxPending: 2 }], slow);
  const [first, second] = [house.visit("app"), house.visit("app")];
  await house.clock.settle();
  const third = house.visit("app");
  await house.clock.settle();
  assert.equal(third.answer, "full");
  first.leave();
  await house.clock.settle();
  assert.equal(first.answer, "gone");
  const fourth = house.visit("app");
  await house.clock.advance(1_100);
  assert.deepEqual([second.answer, fourth.answer], ["forward app", "forward app"]);
  assert.deepEqual(house.orders(), ["start app"]);
});

test("when everybody has left, the wake still goes on", async () => {
  const house = await openHouse([{ name: "app" }], slow);
  const guest = house.visit("app");
  await house.clock.advance(100);
  guest.leave();
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "ready");
  assert.equal(house.record("app").waiters.size, 0);
});

test("who had left before asking is not kept, and takes no place", async () => {
  const house = await openHouse([{ name: "app", maxPending: 1 }], slow);
  const guest = house.visit("app");
  guest.leave();
  await house.clock.settle();
  assert.equal(guest.answer, "gone");
  const next = house.visit("app");
  await house.clock.advance(1_100);
  assert.equal(next.answer, "forward app");
});

test("holds are bounded over all hosts too", async () => {
  const house = await openHouse([{ name: "app" }, { name: "other" }], { ...slow, gateway: { maxPending: 1 } });
  const first = house.visit("app");
  await house.clock.settle();
  const second = house.visit("other");
  await house.clock.settle();
  assert.equal(second.answer, "full");
  await house.clock.advance(1_100);
  assert.equal(first.answer, "forward app");
  const third = house.visit("other");
  await house.clock.advance(100);
  assert.equal(third.answer, "forward other");
});

test("a crash during the start fails at once, with its exit code, for everybody who waits", async () => {
  const house = await openHouse([{ name: "app" }], crashes);
  const guests = Array.from({ length: 5 }, () => house.visit("app"));
  await house.clock.advance(110);
  const [answer = ""] = answers(guests);
  assert.match(answer, /^failed exited: .*exit code 1/u);
  assert.equal(answers(guests).length, 1);
  const { state } = house.record("app");
  assert.equal(state.status === "failed" && state.failure.exitCode, 1);
  assert.deepEqual(house.orders(), ["start app"]);
});

test("running out of memory is named", async () => {
  const endsWith = { code: 137, oomKilled: true, message: "" };
  const house = await openHouse([{ name: "app" }], { fakes: { app: { ...crashes.fakes.app, endsWith } } });
  const guest = house.visit("app");
  await house.clock.advance(110);
  assert.match(guest.answer, /^failed oom/u);
});

test("an app that does not answer within start_timeout fails then, and not before", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 5_000 }], never);
  const guest = house.visit("app");
  await house.clock.advance(4_990);
  assert.equal(guest.answer, "");
  await house.clock.advance(300);
  assert.match(guest.answer, /^failed timeout: .*port 80.* within 5 s/u);
});

test("a container that does not exist fails at once, and an engine that refuses is quoted", async () => {
  const house = await openHouse([{ name: "app" }, { name: "bad" }], {
    fakes: { bad: { refusesStart: "port is already allocated" } },
  });
  house.engine.remove("app");
  await house.clock.advance(TRUCE_MS);
  const [gone, refused] = [house.visit("app"), house.visit("bad")];
  await house.clock.settle();
  assert.match(gone.answer, /^failed absent/u);
  assert.match(refused.answer, /^failed refused: port is already allocated/u);
});

test("requests during the cool-down get the failure without a start; it doubles with each failure, and a success ends it", async () => {
  const house = await openHouse([{ name: "app" }], crashes);
  const app = house.engine.get("app");
  for (const coolDown of [3_000, 6_000, 12_000, 24_000]) {
    const first = house.visit("app");
    await house.clock.advance(110);
    assert.match(first.answer, /^failed/u);
    assert.deepEqual(house.orders(), ["start app"]);
    const { state } = house.record("app");
    assert.equal(state.status === "failed" && state.retryAtMs - state.sinceMs, coolDown);
    await house.clock.advance(coolDown - 20);
    const early = house.visit("app");
    await house.clock.settle();
    assert.match(early.answer, /^failed/u);
    assert.deepEqual(house.orders(), []);
    await house.clock.advance(20);
  }
  app.endsAfterMs = undefined;
  app.listenMs = 0;
  const lucky = house.visit("app");
  await house.clock.advance(50);
  assert.equal(lucky.answer, "forward app");
  assert.equal(house.record("app").failures, 0);
});

test("an administrator's retry ends the cool-down", async () => {
  const house = await openHouse([{ name: "app" }], crashes);
  house.visit("app");
  await house.clock.advance(110);
  house.engine.get("app").endsAfterMs = undefined;
  house.engine.get("app").listenMs = 0;
  house.lifecycle.wake(house.record("app"), "admin", true);
  await house.clock.advance(50);
  assert.equal(house.status("app"), "ready");
});

test("an app that comes up after its start_timeout becomes ready by itself, and its failures are forgotten", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 5_000 }], { fakes: { app: { listenMs: 7_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(6_000);
  assert.match(guest.answer, /^failed timeout/u);
  await house.clock.advance(1_300);
  assert.equal(house.status("app"), "ready");
  assert.equal(house.record("app").failures, 0);
  assert.deepEqual(house.orders(), ["start app"]);
});

test("a request in the cool-down of an app that runs late gets the failure, and the next one after it the app", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 5_000 }], { fakes: { app: { listenMs: 9_500 } } });
  house.visit("app");
  await house.clock.advance(8_400); // failed at about 5,000, cool-down until about 8,000
  const guest = house.visit("app");
  await house.clock.advance(2_000);
  assert.equal(guest.answer, "forward app");
});

test("no second start is sent while the engine still works on the first", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 1_000 }], { fakes: { app: { startMs: 60_000 } } });
  for (let second = 0; second < 30; second += 1) {
    house.visit("app");
    await house.clock.advance(1_000);
  }
  assert.deepEqual(house.orders(), ["start app"]);
});

test("a start that the engine does not end within start_timeout fails, and counts when it ends at last", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 1_000 }], { fakes: { app: { startMs: 30_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  assert.match(guest.answer, /^failed timeout/u);
  await house.clock.advance(29_100);
  assert.equal(house.status("app"), "ready");
});

test("a workload without a port is ready as soon as it runs", async () => {
  const house = await openHouse([{ name: "app", targetPort: undefined }], never);
  house.lifecycle.wake(house.record("app"), "admin");
  await house.clock.advance(20);
  assert.equal(house.status("app"), "ready");
});

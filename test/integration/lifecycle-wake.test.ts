import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { type FakeClient, openLifecycle } from "./lifecycle-fixture.ts";

const slow = { fakes: { app: { startMs: 200, listenMs: 800 } } };
const never = { fakes: { app: { listenMs: Infinity } } };
const crashes = { fakes: { app: { listenMs: Infinity, endsAfterMs: 100 } } };

const answers = (clients: readonly FakeClient[]): string[] => [...new Set(clients.map(({ answer }) => answer))];

test("fifty held requests share one start, and all are forwarded at the same moment", async () => {
  const fixture = await openLifecycle([{ name: "app" }], slow);
  const clients = Array.from({ length: 50 }, () => fixture.visit("app"));
  await fixture.clock.advance(990);
  assert.deepEqual(answers(clients), [""]);
  await fixture.clock.advance(30);
  assert.deepEqual(answers(clients), ["forward app"]);
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.equal(fixture.record("app").leases, 50);
  assert.equal(fixture.record("app").waiters.size, 0);
});

test("what a client gets while the app sleeps depends on its kind", async () => {
  const fixture = await openLifecycle([{ name: "app" }], slow);
  const page = fixture.visit("app", { kind: "navigation" });
  const api = fixture.visit("app", { kind: "other" });
  const socket = fixture.visit("app", { kind: "upgrade", lease: "tunnel" });
  await fixture.clock.settle();
  assert.deepEqual([page.answer, api.answer, socket.answer], ["page", "", ""]);
  await fixture.clock.advance(1_100);
  assert.deepEqual([api.answer, socket.answer], ["forward app", "forward app"]);
  assert.deepEqual(fixture.record("app").leasesByKind, { request: 1, tunnel: 1 });
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a response reports how long its request was held, 0 without a hold", async () => {
  const fixture = await openLifecycle([{ name: "app" }], slow);
  const waiting = fixture.visit("app");
  await fixture.clock.advance(1_100);
  const later = fixture.visit("app");
  await fixture.clock.settle();
  assert.ok(waiting.waitedMs >= 1_000 && waiting.waitedMs <= 1_020, String(waiting.waitedMs));
  assert.equal(later.waitedMs, 0);
});

test("a request held longer than hold_timeout is answered, and the wake goes on", async () => {
  const fixture = await openLifecycle([{ name: "app", holdTimeoutMs: 500 }], slow);
  const client = fixture.visit("app");
  await fixture.clock.advance(499);
  assert.equal(client.answer, "");
  await fixture.clock.advance(1);
  assert.equal(client.answer, "timed-out");
  assert.equal(fixture.record("app").waiters.size, 0);
  await fixture.clock.advance(600);
  assert.equal(fixture.status("app"), "ready");
});

test("a browser that is held for too long gets the page", async () => {
  const fixture = await openLifecycle([{ name: "app", holdTimeoutMs: 500, wake: "hold" }], slow);
  const client = fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(500);
  assert.equal(client.answer, "page");
});

test("a client that leaves frees its place and cancels nothing that others need", async () => {
  const fixture = await openLifecycle([{ name: "app", maxPending: 2 }], slow);
  const [first, second] = [fixture.visit("app"), fixture.visit("app")];
  await fixture.clock.settle();
  const third = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(third.answer, "full");
  first.leave();
  await fixture.clock.settle();
  assert.equal(first.answer, "gone");
  const fourth = fixture.visit("app");
  await fixture.clock.advance(1_100);
  assert.deepEqual([second.answer, fourth.answer], ["forward app", "forward app"]);
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("when everybody has left, the wake still goes on", async () => {
  const fixture = await openLifecycle([{ name: "app" }], slow);
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  client.leave();
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "ready");
  assert.equal(fixture.record("app").waiters.size, 0);
});

test("a client that had already left is not held, and takes no place", async () => {
  const fixture = await openLifecycle([{ name: "app", maxPending: 1 }], slow);
  const client = fixture.visit("app");
  client.leave();
  await fixture.clock.settle();
  assert.equal(client.answer, "gone");
  const next = fixture.visit("app");
  await fixture.clock.advance(1_100);
  assert.equal(next.answer, "forward app");
});

test("holds are bounded over all hosts too", async () => {
  const fixture = await openLifecycle([{ name: "app" }, { name: "other" }], { ...slow, gateway: { maxPending: 1 } });
  const first = fixture.visit("app");
  await fixture.clock.settle();
  const second = fixture.visit("other");
  await fixture.clock.settle();
  assert.equal(second.answer, "full");
  await fixture.clock.advance(1_100);
  assert.equal(first.answer, "forward app");
  const third = fixture.visit("other");
  await fixture.clock.advance(100);
  assert.equal(third.answer, "forward other");
});

test("a crash during the start fails at once, with its exit code, for all held requests", async () => {
  const fixture = await openLifecycle([{ name: "app" }], crashes);
  const clients = Array.from({ length: 5 }, () => fixture.visit("app"));
  await fixture.clock.advance(110);
  const [answer = ""] = answers(clients);
  assert.match(answer, /^failed exited: .*exit code 1/u);
  assert.equal(answers(clients).length, 1);
  const { state } = fixture.record("app");
  assert.equal(state.status === "failed" && state.failure.exitCode, 1);
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("running out of memory is named", async () => {
  const endsWith = { code: 137, oomKilled: true, message: "" };
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { ...crashes.fakes.app, endsWith } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(110);
  assert.match(client.answer, /^failed oom/u);
});

test("an app that does not answer within start_timeout fails then, and not before", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 5_000 }], never);
  const client = fixture.visit("app");
  await fixture.clock.advance(4_990);
  assert.equal(client.answer, "");
  await fixture.clock.advance(300);
  assert.match(client.answer, /^failed timeout: .*port 80.* within 5 s/u);
});

test("a container that does not exist fails at once, and an engine that refuses is quoted", async () => {
  const fixture = await openLifecycle([{ name: "app" }, { name: "bad" }], {
    fakes: { bad: { refusesStart: "port is already allocated" } },
  });
  fixture.engine.remove("app");
  await fixture.clock.advance(TRUCE_MS);
  const [gone, refused] = [fixture.visit("app"), fixture.visit("bad")];
  await fixture.clock.settle();
  assert.match(gone.answer, /^failed absent/u);
  assert.match(refused.answer, /^failed refused: port is already allocated/u);
});

test("requests in the cool-down get the failure and start nothing; failures double it, a success ends it", async () => {
  const fixture = await openLifecycle([{ name: "app" }], crashes);
  const app = fixture.engine.get("app");
  for (const coolDown of [3_000, 6_000, 12_000, 24_000]) {
    const first = fixture.visit("app");
    await fixture.clock.advance(110);
    assert.match(first.answer, /^failed/u);
    assert.deepEqual(fixture.orders(), ["start app"]);
    const { state } = fixture.record("app");
    assert.equal(state.status === "failed" && state.retryAtMs - state.sinceMs, coolDown);
    await fixture.clock.advance(coolDown - 20);
    const early = fixture.visit("app");
    await fixture.clock.settle();
    assert.match(early.answer, /^failed/u);
    assert.deepEqual(fixture.orders(), []);
    await fixture.clock.advance(20);
  }
  app.endsAfterMs = undefined;
  app.listenMs = 0;
  const lucky = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(lucky.answer, "forward app");
  assert.equal(fixture.record("app").failures, 0);
});

test("an administrator's retry ends the cool-down", async () => {
  const fixture = await openLifecycle([{ name: "app" }], crashes);
  fixture.visit("app");
  await fixture.clock.advance(110);
  fixture.engine.get("app").endsAfterMs = undefined;
  fixture.engine.get("app").listenMs = 0;
  fixture.lifecycle.wake(fixture.record("app"), "admin", true);
  await fixture.clock.advance(50);
  assert.equal(fixture.status("app"), "ready");
});

test("an app that starts after its start_timeout becomes ready by itself, and its failures are forgotten", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 5_000 }], {
    fakes: { app: { listenMs: 7_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(6_000);
  assert.match(client.answer, /^failed timeout/u);
  await fixture.clock.advance(1_300);
  assert.equal(fixture.status("app"), "ready");
  assert.equal(fixture.record("app").failures, 0);
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a request in the cool-down of an app that runs late gets the failure, the next one after it the app", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 5_000 }], {
    fakes: { app: { listenMs: 9_500 } },
  });
  fixture.visit("app");
  await fixture.clock.advance(8_400); // failed at about 5,000, cool-down until about 8,000
  const client = fixture.visit("app");
  await fixture.clock.advance(2_000);
  assert.equal(client.answer, "forward app");
});

test("no second start is sent while the engine still works on the first", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 1_000 }], {
    fakes: { app: { startMs: 60_000 } },
  });
  for (let second = 0; second < 30; second += 1) {
    fixture.visit("app");
    await fixture.clock.advance(1_000);
  }
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a start that the engine does not end within start_timeout fails, and counts when it ends at last", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 1_000 }], {
    fakes: { app: { startMs: 30_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.match(client.answer, /^failed timeout/u);
  await fixture.clock.advance(29_100);
  assert.equal(fixture.status("app"), "ready");
});

test("a workload without a port is ready as soon as it runs", async () => {
  const fixture = await openLifecycle([{ name: "app", targetPort: undefined }], never);
  fixture.lifecycle.wake(fixture.record("app"), "admin");
  await fixture.clock.advance(20);
  assert.equal(fixture.status("app"), "ready");
});

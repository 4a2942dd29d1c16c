import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle } from "./lifecycle-fixture.ts";
import { app, IDLE, part } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const inNetwork = { dependsOn: [{ name: "vpn", condition: "started", sharesNetwork: true }] } as const;

test("a paused app in the network of another container keeps that one up: it would not survive its stop", async () => {
  const fixture = await openLifecycle([app("app", [], { ...inNetwork, stopMethod: "pause" }), part("vpn")]);
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  client.close();
  await fixture.clock.advance(10 * IDLE);
  assert.deepEqual([fixture.status("app"), fixture.status("vpn")], ["paused", "ready"]);
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("vpn"), "asleep");
});

test("an app that answers though its network's owner was started later is not restarted", async () => {
  const fixture = await openLifecycle([app("app", [], inNetwork), part("vpn")], {
    fakes: {
      app: { status: "running", startedAtMs: 1_000, networkOwner: { startedAtMs: 2_000 } },
      vpn: { status: "running" },
    },
  });
  await fixture.clock.advance(50);
  fixture.engine.get("app").networkOwner = { startedAtMs: 3_000 };
  fixture.engine.notifyChange("vpn");
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
  assert.ok(!fixture.engine.calls.some((call) => /^(restart|stop) /u.test(call)));
});

test("an unreachable app that its network's owner cut off is restarted once for each start of the owner", async () => {
  const fixture = await openLifecycle([app("app", [], { ...inNetwork, startTimeoutMs: 5_000 }), part("vpn")], {
    fakes: { app: { status: "running", startedAtMs: 1_000, listenMs: Infinity }, vpn: { status: "running" } },
  });
  fixture.engine.get("app").networkOwner = { startedAtMs: 2_000 };
  fixture.engine.notifyChange("vpn");
  await fixture.clock.advance(30_000);
  const restarts = (): number => fixture.engine.calls.filter((call) => call === "restart app").length;
  assert.equal(restarts(), 0, "nobody asked for it");
  for (let visits = 0; visits < 3; visits += 1) {
    fixture.visit("app");
    await fixture.clock.advance(30_000);
  }
  assert.equal(restarts(), 1);
});

test("the owner of a network is not stopped by its schedule before the last container in it has ended", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17, 59));
  const schedule = { start: "9:00", stop: "18:00", timezone: "UTC" };
  const fixture = await openLifecycle([app("app", [], inNetwork), { name: "vpn", schedule }], {
    clock,
    fakes: { app: { status: "running" }, vpn: { status: "running" } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(5 * IDLE);
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.status("vpn"), "ready");
  client.close();
  await fixture.clock.advance(IDLE + 31_000);
  assert.deepEqual([fixture.status("app"), fixture.status("vpn")], ["asleep", "asleep"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type LifecycleFixture, openLifecycle } from "./lifecycle-fixture.ts";
import { visitAndLeave } from "./lifecycle-parts.ts";
import { createManualClock } from "./manual-clock.ts";

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 5, 1, 12);
const app = { name: "app", idleTimeoutMs: 10 * MINUTE };
const running = (startedAtMs: number): object => ({ fakes: { app: { status: "running", startedAtMs } } });

test("after a restart of the gateway the idle time continues", async () => {
  const fixture = await openLifecycle([app], {
    clock: createManualClock(NOON),
    ...running(NOON - 60 * MINUTE),
    memories: { app: { lastActivityMs: NOON - 4 * MINUTE } },
  });
  await fixture.clock.advance(6 * MINUTE - 1);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
});

test("what was idle for longer than its time is stopped as soon as the gateway is back", async () => {
  const fixture = await openLifecycle([app], {
    clock: createManualClock(NOON),
    ...running(NOON - 60 * MINUTE),
    memories: { app: { lastActivityMs: NOON - 40 * MINUTE } },
  });
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a run that began after the last activity counts from its first observation", async () => {
  const fixture = await openLifecycle([app], {
    clock: createManualClock(NOON),
    ...running(NOON - MINUTE),
    memories: { app: { lastActivityMs: NOON - 40 * MINUTE } },
  });
  await fixture.clock.advance(10 * MINUTE - 1);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
});

test("an activity in the future, of a clock that was wrong, counts as one of now", async () => {
  const fixture = await openLifecycle([app], {
    clock: createManualClock(NOON),
    ...running(NOON - 60 * MINUTE),
    memories: { app: { lastActivityMs: NOON + 24 * 60 * MINUTE } },
  });
  await fixture.clock.advance(10 * MINUTE);
  assert.equal(fixture.status("app"), "asleep");
});

test("min_uptime continues as well", async () => {
  const fixture = await openLifecycle([{ ...app, idleTimeoutMs: MINUTE, minUptimeMs: 30 * MINUTE }], {
    clock: createManualClock(NOON),
    ...running(NOON - 25 * MINUTE),
    memories: { app: { lastActivityMs: NOON - 24 * MINUTE } },
  });
  await fixture.clock.advance(5 * MINUTE - 1);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
});

test("important changes are saved within a second, whatever save is planned", async () => {
  const fixture = await openLifecycle([app]);
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(1_100);
  assert.equal(fixture.saved.get("app")?.wakesTotal, 1);
  assert.equal(fixture.saved.get("app")?.wakesMs.length, 1);
  await fixture.clock.advance(2_000); // now the next save is planned in eight seconds, for activity alone
  fixture.engine.crash("app");
  await fixture.clock.settle();
  fixture.engine.get("app").endsAfterMs = 10;
  fixture.visit("app");
  await fixture.clock.advance(1_100);
  assert.equal(fixture.saved.get("app")?.failures, fixture.record("app").failures);
});

test("while it is used its activity is saved occasionally, and otherwise nothing is saved", async () => {
  const fixture = await openLifecycle([app]);
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(MINUTE);
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(10_000);
  assert.equal(fixture.saved.get("app")?.lastActivityMs, fixture.record("app").lastActivityMs);
  await fixture.clock.advance(20 * MINUTE);
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.saved.get("app")?.stoppedByUs, true);
  assert.equal(fixture.clock.sleepers().length, 1, "the next list alone");
});

test("jumps of the wall clock do not affect the saved state", async () => {
  const fixture = await openLifecycle([app]);
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(100);
  fixture.clock.jumpWall(60 * MINUTE);
  await fixture.clock.advance(1_000);
  await fixture.lifecycle.stop();
  const kept = fixture.saved.get("app")?.lastActivityMs ?? 0;
  assert.ok(Math.abs(fixture.clock.wall() - kept) < 2_000);
});

test("failures are saved: after a restart of the gateway the cool-down continues to grow", async () => {
  const fixture = await openLifecycle([app], {
    fakes: { app: { listenMs: Infinity, endsAfterMs: 10 } },
    memories: { app: { failures: 3 } },
  });
  fixture.visit("app");
  await fixture.clock.advance(100);
  const { state } = fixture.record("app");
  assert.equal(state.status === "failed" && state.retryAtMs - state.sinceMs, 24_000);
});

const needsDb = [
  { ...app, dependsOn: [{ name: "db", condition: "healthy" }] as const },
  { name: "db", hosts: [], startTimeoutMs: 2_000 },
];

for (const [what, prepare, status] of [
  ["that we woke sleeps", visit, "asleep"],
  ["whose wake failed, and that runs all the same, sleeps", visitInVain, "asleep"],
  ["that a person started runs on", startByHand, "ready"],
  ["that a person started after our stop runs on", startAfterStop, "ready"],
] as const) {
  test(`after a restart an unneeded dependency ${what}`, async () => {
    const before = await openLifecycle(needsDb, { clock: createManualClock(NOON) });
    await prepare(before);
    await before.lifecycle.stop();
    const fixture = await openLifecycle(needsDb, {
      clock: createManualClock(before.clock.now()),
      fakes: { db: { status: "running", startedAtMs: before.engine.get("db").startedAtMs } },
      memories: Object.fromEntries(before.saved),
    });
    await fixture.clock.advance(60 * MINUTE);
    assert.equal(fixture.status("db"), status);
  });
}

async function visit(fixture: LifecycleFixture): Promise<void> {
  fixture.visit("app");
  await fixture.clock.advance(2_000);
  assert.equal(fixture.status("db"), "ready");
}

async function visitInVain(fixture: LifecycleFixture): Promise<void> {
  fixture.engine.get("db").listenMs = 5_000;
  fixture.visit("app");
  await fixture.clock.advance(3_000);
  assert.equal(fixture.status("db"), "failed");
}

async function startByHand(fixture: LifecycleFixture): Promise<void> {
  fixture.engine.startOutside("db");
  await fixture.clock.advance(2_000);
  assert.equal(fixture.status("db"), "ready");
}

async function startAfterStop(fixture: LifecycleFixture): Promise<void> {
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(20 * MINUTE);
  assert.equal(fixture.status("db"), "asleep");
  await startByHand(fixture);
}

test("a request to a running app that answers, but has not been probed yet, is no wake", async () => {
  const fakes = { app: { status: "running", startedAtMs: NOON, listenMs: 3 } } as const;
  const fixture = await openLifecycle([app], { clock: createManualClock(NOON), fakes });
  await fixture.clock.advance(5); // the next probe is at 10 ms
  assert.equal(fixture.status("app"), "unready");
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  assert.deepEqual([fixture.orders(), fixture.emitted("wake"), fixture.record("app").wakesMs], [[], [], []]);
  assert.deepEqual(
    fixture.emitted("ready").map(({ durationMs }) => durationMs),
    [undefined],
  );
});

test("the failed wakes of an app that answers such a request are forgotten", async () => {
  const fakes = { app: { status: "running", startedAtMs: NOON, listenMs: 3 } } as const;
  const memories = { app: { failures: 2, failedAtMs: NOON - MINUTE } };
  const fixture = await openLifecycle([app], { clock: createManualClock(NOON), fakes, memories });
  await fixture.clock.advance(5);
  assert.equal(fixture.record("app").failures, 2);
  fixture.visit("app");
  await fixture.clock.settle();
  assert.deepEqual([fixture.status("app"), fixture.record("app").failures], ["ready", 0]);
});

test("such a request wakes the app's dependency, and waits for it", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const fakes = {
    app: { status: "running", startedAtMs: NOON, listenMs: 3 },
    db: { listenMs: 500 },
  } as const;
  const workloads = [
    { ...app, dependsOn },
    { name: "db", hosts: [] },
  ];
  const fixture = await openLifecycle(workloads, { clock: createManualClock(NOON), fakes });
  await fixture.clock.advance(5);
  const client = fixture.visit("app");
  await fixture.clock.advance(400);
  assert.deepEqual([client.answer, fixture.status("db")], ["", "starting"]);
  await fixture.clock.advance(200);
  assert.equal(client.answer, "forward app");
});

test("what we woke before the restart is still ours after a request while the engine was unreachable", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const short = { startTimeoutMs: 2_000 };
  const fixture = await openLifecycle(
    [
      { ...app, ...short, dependsOn },
      { name: "db", hosts: [], ...short },
    ],
    {
      clock: createManualClock(NOON),
      fakes: { db: { status: "running", startedAtMs: NOON - MINUTE } },
      memories: { db: { wokenByUs: true } },
      isLost: true,
    },
  );
  fixture.visit("app");
  await fixture.clock.advance(10_000);
  assert.equal(fixture.status("db"), "failed");
  fixture.engine.reachable(true);
  await fixture.clock.advance(60 * MINUTE);
  assert.equal(fixture.status("db"), "asleep");
});

test("a stop by somebody else is remembered over a restart, although nobody saw that run", async () => {
  const settings = [{ ...app, wakeAfterStop: "started" as const }];
  const before = await openLifecycle(settings);
  before.engine.startOutside("app");
  before.engine.stopOutside("app");
  await before.clock.advance(20_000);
  await before.lifecycle.stop();
  const fixture = await openLifecycle(settings, { memories: Object.fromEntries(before.saved) });
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "suspended");
});

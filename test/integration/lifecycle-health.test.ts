import assert from "node:assert/strict";
import { test } from "node:test";
import { healthChange, healthOf } from "../../src/lifecycle/workload/health.ts";
import { membersOf } from "../../src/lifecycle/workload/ports-of.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";
import { app, part } from "./lifecycle-parts.ts";

const NEVER = new AbortController().signal;

function health(fixture: LifecycleFixture, ...names: string[]): string {
  const { status, phase } = healthOf(names.map(fixture.record).flatMap(membersOf), fixture.clock);
  return phase === undefined ? status : `${status}: ${phase}`;
}

/** A long poll, whose end can be seen. */
function poll(fixture: LifecycleFixture, name: string, ms: number, aborted = NEVER): { ended: boolean } {
  const seen = { ended: false };
  void healthChange(membersOf(fixture.record(name)), ms, aborted, fixture.clock).then(() => (seen.ended = true));
  return seen;
}

test("a wake is reported phase by phase, and each change ends the long polls at once", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")], {
    fakes: { app: { startMs: 300, listenMs: 500 }, db: { listenMs: 200 } },
  });
  assert.equal(health(fixture, "app"), "unknown");
  fixture.visit("app");
  await fixture.clock.settle();
  for (const [phase, ms] of [
    ["starting: dependencies", 220],
    ["starting: starting", 300],
    ["starting: waiting", 530],
  ] as const) {
    assert.equal(health(fixture, "app"), phase);
    const [first, second] = [poll(fixture, "app", 20_000), poll(fixture, "app", 20_000)];
    await fixture.clock.advance(ms);
    assert.deepEqual([first.ended, second.ended], [true, true], phase);
  }
  assert.equal(health(fixture, "app"), "running: ready");
  assert.equal(fixture.record("app").watchers.size, 0);
});

test("a long poll ends after its time, when its client disconnects, and at once if nothing is in progress", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { listenMs: 50_000 } } });
  const idle = poll(fixture, "app", 20_000);
  await fixture.clock.settle();
  assert.equal(idle.ended, true);
  fixture.visit("app");
  await fixture.clock.settle();
  const left = new AbortController();
  const [short, leaving] = [poll(fixture, "app", 1_000), poll(fixture, "app", 20_000, left.signal)];
  await fixture.clock.advance(999);
  assert.deepEqual([short.ended, leaving.ended], [false, false]);
  left.abort();
  await fixture.clock.advance(1);
  assert.deepEqual([short.ended, leaving.ended], [true, true]);
});

test("the expected duration is that of earlier wakes, and the elapsed time that of this one", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000 }], {
    fakes: { app: { listenMs: 2_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  const first = healthOf(membersOf(fixture.record("app")), fixture.clock);
  assert.deepEqual([first.elapsedMs, first.etaMs], [1_000, undefined]);
  await fixture.clock.advance(2_000);
  client.close();
  await fixture.clock.advance(61_000);
  fixture.visit("app");
  await fixture.clock.advance(500);
  const second = healthOf(membersOf(fixture.record("app")), fixture.clock);
  assert.equal(second.elapsedMs, 500);
  assert.ok(second.etaMs !== undefined && second.etaMs >= 2_000 && second.etaMs <= 2_050, String(second.etaMs));
});

test("a failure is reported with its message and the time to the next try, that of a dependency too", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")], {
    fakes: { db: { listenMs: Infinity, endsAfterMs: 100 } },
  });
  fixture.visit("app");
  await fixture.clock.advance(600);
  const { status, error, retryMs } = healthOf(membersOf(fixture.record("app")), fixture.clock);
  assert.equal(status, "failed");
  assert.match(error, /dependency "db" failed: .*exit code 1/u);
  assert.ok(retryMs > 2_000 && retryMs <= 3_000, String(retryMs));
});

test("a group's health is that of its furthest member", async () => {
  const members = ["a", "b"].map((name) => ({ name, hosts: [] }));
  const fixture = await openLifecycle(members, {
    groups: [{ name: "web", members: ["a", "b"] }],
    fakes: { a: { listenMs: Infinity, endsAfterMs: 100 }, b: { listenMs: 1_000 } },
  });
  fixture.visit("web");
  await fixture.clock.advance(500);
  assert.deepEqual([health(fixture, "a"), health(fixture, "b")], ["failed", "starting: waiting"]);
  assert.equal(health(fixture, "a", "b"), "starting: waiting");
  await fixture.clock.advance(600);
  assert.equal(health(fixture, "a", "b"), "running: ready");
});

test("a client held for a wake after a stop sees that it still stops, without an estimate", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000 }], { fakes: { app: { stopMs: 5_000 } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  client.close();
  await fixture.clock.advance(61_000);
  fixture.visit("app", { kind: "navigation" });
  await fixture.clock.settle();
  assert.equal(health(fixture, "app"), "starting: stopping");
  assert.equal(healthOf(membersOf(fixture.record("app")), fixture.clock).etaMs, undefined);
});

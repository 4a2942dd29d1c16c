import assert from "node:assert/strict";
import { test } from "node:test";
import { healthChange, healthOf } from "../../src/lifecycle/workload/health.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";
import { app, part } from "./lifecycle-parts.ts";

const NEVER = new AbortController().signal;

function health(house: TestHouse, ...names: string[]): string {
  const { status, phase } = healthOf(names.map(house.record), house.clock);
  return phase === undefined ? status : `${status}: ${phase}`;
}

/** A long poll, whose end can be seen. */
function poll(house: TestHouse, name: string, ms: number, gone = NEVER): { ended: boolean } {
  const seen = { ended: false };
  void healthChange([house.record(name)], ms, gone, house.clock).then(() => (seen.ended = true));
  return seen;
}

test("a wake is told phase by phase, and each change ends the long polls at once", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")], {
    fakes: { app: { startMs: 300, listenMs: 500 }, db: { listenMs: 200 } },
  });
  assert.equal(health(house, "app"), "unknown");
  house.visit("app");
  await house.clock.settle();
  for (const [phase, ms] of [
    ["starting: dependencies", 220],
    ["starting: starting", 300],
    ["starting: waiting", 530],
  ] as const) {
    assert.equal(health(house, "app"), phase);
    const [first, second] = [poll(house, "app", 20_000), poll(house, "app", 20_000)];
    await house.clock.advance(ms);
    assert.deepEqual([first.ended, second.ended], [true, true], phase);
  }
  assert.equal(health(house, "app"), "running: ready");
  assert.equal(house.record("app").watchers.size, 0);
});

test("a long poll ends after its time, when its asker leaves, and at once where nothing is under way", async () => {
  const house = await openHouse([{ name: "app" }], { fakes: { app: { listenMs: 50_000 } } });
  const idle = poll(house, "app", 20_000);
  await house.clock.settle();
  assert.equal(idle.ended, true);
  house.visit("app");
  await house.clock.settle();
  const gone = new AbortController();
  const [short, leaving] = [poll(house, "app", 1_000), poll(house, "app", 20_000, gone.signal)];
  await house.clock.advance(999);
  assert.deepEqual([short.ended, leaving.ended], [false, false]);
  gone.abort();
  await house.clock.advance(1);
  assert.deepEqual([short.ended, leaving.ended], [true, true]);
});

test("what is expected comes from the wakes before, and the time elapsed from this one", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 60_000 }], { fakes: { app: { listenMs: 2_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  const first = healthOf([house.record("app")], house.clock);
  assert.deepEqual([first.elapsedMs, first.etaMs], [1_000, undefined]);
  await house.clock.advance(2_000);
  guest.close();
  await house.clock.advance(61_000);
  house.visit("app");
  await house.clock.advance(500);
  const second = healthOf([house.record("app")], house.clock);
  assert.equal(second.elapsedMs, 500);
  assert.ok(second.etaMs !== undefined && second.etaMs >= 2_000 && second.etaMs <= 2_050, String(second.etaMs));
});

test("a failure is told with its words and the time to the next try, that of a dependency too", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")], {
    fakes: { db: { listenMs: Infinity, endsAfterMs: 100 } },
  });
  house.visit("app");
  await house.clock.advance(600);
  const { status, error, retryMs } = healthOf([house.record("app")], house.clock);
  assert.equal(status, "failed");
  assert.match(error, /it needs "db", which failed: .*exit code 1/u);
  assert.ok(retryMs > 2_000 && retryMs <= 3_000, String(retryMs));
});

test("a group's health is that of its furthest member", async () => {
  const members = ["a", "b"].map((name) => ({ name, hosts: [] }));
  const house = await openHouse(members, {
    groups: [{ name: "web", members: ["a", "b"] }],
    fakes: { a: { listenMs: Infinity, endsAfterMs: 100 }, b: { listenMs: 1_000 } },
  });
  house.visit("web");
  await house.clock.advance(500);
  assert.deepEqual([health(house, "a"), health(house, "b")], ["failed", "starting: waiting"]);
  assert.equal(health(house, "a", "b"), "starting: waiting");
  await house.clock.advance(600);
  assert.equal(health(house, "a", "b"), "running: ready");
});

test("who waits for a wake that comes after a stop sees that it still stops, without an estimate", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 60_000 }], { fakes: { app: { stopMs: 5_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(100);
  guest.close();
  await house.clock.advance(61_000);
  house.visit("app", { kind: "navigation" });
  await house.clock.settle();
  assert.equal(health(house, "app"), "starting: stopping");
  assert.equal(healthOf([house.record("app")], house.clock).etaMs, undefined);
});

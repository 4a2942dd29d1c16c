import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "./manual-clock.ts";
import { startManualLifecycle } from "./manual-lifecycle.ts";
import { settingsOf } from "./settings.ts";

test("sleepers wake in the order of their moments, and each sees its own moment", async () => {
  const clock = createManualClock(0);
  const seen: string[] = [];
  const note = (name: string) => (): void => void seen.push(`${name} ${clock.now()}`);
  void clock.sleep(20).then(note("late"));
  void clock
    .sleep(10)
    .then(note("early"))
    .then(() => clock.sleep(5))
    .then(note("chained"));
  await clock.advance(19);
  assert.deepEqual(seen, ["early 10", "chained 15"]);
  await clock.advance(1);
  assert.deepEqual(seen, ["early 10", "chained 15", "late 20"]);
});

test("those that wake at the same moment wake in the order in which they went to sleep", async () => {
  const clock = createManualClock(0);
  const seen: string[] = [];
  for (const name of ["a", "b", "c"]) void clock.sleep(10).then(() => seen.push(`${name} ${clock.now()}`));
  await clock.advance(50);
  assert.deepEqual(seen, ["a 10", "b 10", "c 10"]);
});

test("a sleeper that is aborted wakes at once and leaves nothing behind", async () => {
  const clock = createManualClock(0);
  const abort = new AbortController();
  const slept = clock.sleep(1_000, abort.signal);
  abort.abort();
  await slept;
  assert.deepEqual(clock.sleepers(), []);
});

test("a wall clock that jumps does not move the other one", () => {
  const clock = createManualClock(1_000);
  clock.jumpWall(-500);
  assert.equal(clock.now(), 1_000);
  assert.equal(clock.wall(), 500);
});

test("a life cycle over the imaginary engine wakes, answers and stops on time", async () => {
  const fixture = await startManualLifecycle(settingsOf([{ name: "app", idleTimeoutMs: 60_000 }]), {
    workloads: { app: { startMs: 200, listenMs: 800 } },
  });
  const { clock, engine, lifecycle } = fixture;
  const record = lifecycle.records.get("app")!;
  const status = (): string => record.state.status;
  assert.equal(status(), "asleep");
  lifecycle.wake(record, "admin");
  await clock.advance(999);
  assert.equal(status(), "starting");
  await clock.advance(11);
  assert.equal(status(), "ready");
  await clock.advance(58_000);
  assert.equal(status(), "ready");
  await clock.advance(2_100);
  assert.equal(status(), "asleep");
  assert.deepEqual(
    engine.calls.filter((call) => /^(start|stop) /.test(call)),
    ["start app", "stop app stop"],
  );
  await lifecycle.stop();
});

test("an imaginary workload that ends by itself fails its wake", async () => {
  const { clock, lifecycle } = await startManualLifecycle(settingsOf([{ name: "app" }]), {
    workloads: { app: { listenMs: Infinity, endsAfterMs: 100, endsWith: { code: 3, oomKilled: false, message: "" } } },
  });
  const record = lifecycle.records.get("app")!;
  lifecycle.wake(record, "admin");
  await clock.advance(200);
  assert.equal(record.state.status === "failed" && record.state.failure.exitCode, 3);
  await lifecycle.stop();
});

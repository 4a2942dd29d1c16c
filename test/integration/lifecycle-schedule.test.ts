import assert from "node:assert/strict";
import { test } from "node:test";
import { deadlineOf } from "../../src/lifecycle/workload/timers.ts";
import { fixtureSettings, openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";
import { createManualClock } from "./manual-clock.ts";

const HOUR = 3_600_000;
const office = { start: "9:00", stop: "18:00", timezone: "UTC" };

/** A life cycle whose clock shows this time of day. */
function openAt(time: string, app: object = {}, fake: object = {}): Promise<LifecycleFixture> {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const clock = createManualClock(Date.UTC(2026, 5, 1, hours, minutes));
  return openLifecycle([{ name: "app", schedule: office, ...app }], { clock, fakes: { app: fake } });
}

test("outside its window it is offline until the next start, and nothing is woken", async () => {
  const fixture = await openAt("20:00");
  for (const kind of ["navigation", "other", "upgrade"] as const) {
    const client = fixture.visit("app", { kind });
    await fixture.clock.settle();
    assert.equal(client.answer, "offline");
    assert.deepEqual(client.admission?.kind === "refuse" && client.admission.decision, {
      kind: "offline",
      wake: false,
      untilMs: Date.UTC(2026, 5, 2, 9),
    });
  }
  assert.deepEqual(fixture.orders(), []);
});

test("it is started when its window opens, without a request", async () => {
  const fixture = await openAt("8:59");
  await fixture.clock.advance(60_000);
  await fixture.clock.advance(50);
  assert.equal(fixture.status("app"), "ready");
  assert.equal(fixture.emitted("wake")[0]?.cause, "schedule");
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
});

test("when its window closes it accepts no request, waits for open ones, and stops", async () => {
  const fixture = await openAt("17:59");
  const inside = fixture.visit("app");
  await fixture.clock.advance(60_000);
  assert.equal(fixture.status("app"), "draining");
  const late = fixture.visit("app");
  await fixture.clock.advance(5_000);
  assert.equal(late.answer, "offline");
  assert.equal(fixture.status("app"), "draining");
  inside.close();
  await fixture.clock.settle();
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.emitted("stopped")[0]?.reason, "schedule");
  assert.deepEqual(fixture.orders(), ["start app", "stop app stop"]);
});

test("when its window closes it does not wait forever", async () => {
  const fixture = await openAt("17:59");
  fixture.visit("app", { kind: "upgrade", lease: "tunnel" });
  await fixture.clock.advance(60_000 + 31_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("a request held when the window closes is answered as offline, and the start is undone", async () => {
  const fixture = await openAt("17:59", {}, { listenMs: 300_000 });
  await fixture.clock.advance(50_000);
  const client = fixture.visit("app");
  await fixture.clock.advance(10_100);
  assert.equal(client.answer, "offline");
  assert.equal(fixture.status("app"), "asleep");
  await fixture.clock.advance(HOUR);
  assert.deepEqual(fixture.orders(), ["start app", "stop app stop"]);
});

test("a stop that fails at the end of the window is tried again", async () => {
  const fixture = await openAt("17:59", {}, { status: "running", refusesStop: "no" });
  await fixture.clock.advance(120_000);
  assert.notEqual(fixture.status("app"), "asleep");
  const stops = fixture.orders().length;
  assert.ok(stops >= 2 && stops <= 4, String(stops));
  fixture.engine.get("app").refusesStop = undefined;
  await fixture.clock.advance(60_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("inside its window it sleeps and wakes as any other", async () => {
  const fixture = await openAt("10:00", { idleTimeoutMs: 60_000 });
  for (let round = 0; round < 3; round += 1) {
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    assert.equal(client.answer, "forward app");
    client.close();
    await fixture.clock.advance(60_000);
    assert.equal(fixture.status("app"), "asleep");
  }
});

test("its idle time is exact although it has a schedule", async () => {
  const fixture = await openAt("10:00", { idleTimeoutMs: 20_000 });
  const client = fixture.visit("app");
  await fixture.clock.advance(30_000);
  client.close();
  await fixture.clock.advance(19_999);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
});

test("a start alone wakes it once a day, and never closes it", async () => {
  const schedule = { ...office, stop: "" };
  const fixture = await openAt("8:00", { schedule });
  const early = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(early.answer, "forward app");
  early.close();
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(HOUR);
  assert.equal(fixture.status("app"), "ready");
});

test("a stop alone stops it once a day, and a request wakes it again", async () => {
  const fixture = await openAt("17:00", { schedule: { ...office, start: "" } }, { status: "running" });
  await fixture.clock.advance(HOUR);
  assert.equal(fixture.status("app"), "asleep");
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  await fixture.clock.advance(2 * HOUR);
  assert.equal(fixture.status("app"), "ready");
});

const jumps: readonly [rule: string, from: string, hours: number, status: string, answer: string][] = [
  ["over the closing stops it", "17:00", 2, "asleep", "offline"],
  ["over the opening starts it", "8:00", 2, "ready", "forward app"],
  ["across a closing and an opening leaves it awake", "17:00", 18, "ready", "forward app"],
  ["back before the opening closes its gate, and leaves it awake", "10:00", -2, "ready", "offline"],
];
for (const [rule, from, hours, status, answer] of jumps) {
  test(`a wall clock that jumps ${rule}, within a minute`, async () => {
    const fixture = await openAt(from, { idleTimeoutMs: 10 * HOUR }, from === "8:00" ? {} : { status: "running" });
    await fixture.clock.advance(100);
    fixture.clock.jumpWall(hours * HOUR);
    await fixture.clock.advance(60_100);
    assert.equal(fixture.status("app"), status);
    assert.equal(fixture.record("app").gate !== undefined, answer !== "offline");
    const client = fixture.visit("app");
    await fixture.clock.settle();
    assert.equal(client.answer, answer);
  });
}

test("a wall clock that jumps back moves no idle time", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000 }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  client.close();
  fixture.clock.jumpWall(-5 * HOUR);
  await fixture.clock.advance(59_999);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(1);
  assert.equal(fixture.status("app"), "asleep");
});

test("a request between a jump over the closing and the moment it is noticed neither hangs nor spins", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 17));
  const fixture = await openLifecycle(
    [
      { name: "a", hosts: [], schedule: office },
      { name: "b", hosts: [] },
    ],
    {
      clock,
      groups: [{ name: "web", members: ["a", "b"] }],
      fakes: { b: { listenMs: 500 }, a: { status: "running" } },
    },
  );
  await fixture.clock.advance(50);
  assert.equal(fixture.status("a"), "ready");
  fixture.clock.jumpWall(2 * HOUR);
  const client = fixture.visit("web");
  await fixture.clock.advance(600);
  assert.equal(client.answer, "forward b");
});

test("a reload that takes the schedule away opens the gate, one that brings it closes it", async () => {
  const fixture = await openAt("20:00");
  await fixture.configure(fixtureSettings([{ name: "app" }]));
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  await fixture.configure(fixtureSettings([{ name: "app", schedule: office }]));
  const late = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(late.answer, "offline");
});

test("a closing does not delete a container that was recreated with --rm while its wake waited", async () => {
  const schedule = { start: "08:00", stop: "12:01", timezone: "UTC" };
  const fixture = await openLifecycle(
    [
      { name: "app", schedule, dependsOn: [{ name: "db", condition: "healthy" }] },
      { name: "db", hosts: [], startTimeoutMs: 600_000 },
    ],
    { clock: createManualClock(Date.UTC(2026, 5, 1, 12)), fakes: { db: { listenMs: Infinity } } },
  );
  fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "starting");
  fixture.engine.add("app", { autoRemove: true, status: "running" });
  await fixture.clock.advance(120_000);
  assert.deepEqual(fixture.orders(), ["start db"]);
});

test("a query for the next deadline changes nothing", async () => {
  const fixture = await openAt("8:00");
  const record = Object.freeze({ ...fixture.record("app"), nextScheduleChange: undefined });
  const deadline = deadlineOf(fixture.lifecycle.context, record);
  assert.deepEqual(deadline, { kind: "schedule-start", atMs: fixture.clock.now() + HOUR });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const IDLE = 60_000;

const settings = [{ name: "app", idleTimeoutMs: IDLE }];

async function openReady(): Promise<LifecycleFixture> {
  const fixture = await openLifecycle(settings);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  client.close();
  fixture.orders();
  return fixture;
}

const doings: readonly [what: string, act: (fixture: LifecycleFixture) => void, status: string][] = [
  ["stops", ({ engine }) => engine.stopOutside("app"), "asleep"],
  ["kills", ({ engine }) => engine.crash("app", { code: 137 }), "asleep"],
  ["pauses", ({ engine }) => engine.pauseOutside("app"), "paused"],
  ["removes", ({ engine }) => engine.remove("app"), "absent"],
];
for (const [what, act, status] of doings) {
  const isOrder = what === "stops" || what === "removes"; // which may be the first step of an update
  test(`what a person ${what} stays so until the next request`, async () => {
    const fixture = await openReady();
    act(fixture);
    await fixture.clock.settle();
    assert.equal(fixture.status("app"), status);
    assert.equal(fixture.record("app").gate, undefined);
    await fixture.clock.advance(3_600_000);
    assert.equal(fixture.status("app"), status);
    assert.deepEqual(fixture.orders(), []);
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    if (status === "absent") assert.match(client.answer, /^failed absent/u);
    else assert.equal(client.answer, "forward app");
  });

  test(`what a person ${what} during a start is not started again at once`, async () => {
    const fixture = await openLifecycle(settings, { fakes: { app: { listenMs: 5_000 } } });
    const client = fixture.visit("app");
    await fixture.clock.advance(1_000);
    act(fixture);
    await fixture.clock.advance(20);
    if (isOrder) assert.equal(client.answer, "");
    else assert.match(client.answer, /^failed/u);
    await fixture.clock.advance(2_000);
    assert.deepEqual(fixture.orders(), ["start app"]);
  });

  test(`what a person ${what} while it is being stopped is followed`, async () => {
    const fixture = await openLifecycle(settings, { fakes: { app: { stopMs: 2_000 } } });
    const first = fixture.visit("app");
    await fixture.clock.advance(50);
    first.close();
    await fixture.clock.advance(IDLE + 1_000);
    assert.equal(fixture.status("app"), "stopping");
    act(fixture);
    await fixture.clock.advance(1_500);
    assert.ok(["asleep", "paused", "absent"].includes(fixture.status("app")), fixture.status("app"));
    const client = fixture.visit("app");
    await fixture.clock.advance(isOrder ? TRUCE_MS : 50);
    if (status === "absent") assert.match(client.answer, /^failed absent/u);
    else assert.equal(client.answer, "forward app");
  });
}

test("a request just before a pause is reported is not left in a frozen app", async () => {
  const fixture = await openReady();
  fixture.engine.pauseOutside("app");
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app", "nobody could know");
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.equal(fixture.status("app"), "ready");
});

test("a request that was in progress long before a person paused the app does not undo that", async () => {
  const fixture = await openReady();
  fixture.visit("app");
  await fixture.clock.advance(5_000);
  fixture.engine.pauseOutside("app");
  await fixture.clock.advance(60_000);
  assert.deepEqual(fixture.orders(), []);
  assert.equal(fixture.status("app"), "paused");
});

test("a container that a person unpauses becomes ready, and is idle-stopped", async () => {
  const fixture = await openReady();
  fixture.engine.pauseOutside("app");
  await fixture.clock.advance(10 * IDLE);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(50);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(IDLE);
  assert.equal(fixture.status("app"), "asleep");
});

test("a restart closes the gate until the new run answers, and counts as a new beginning", async () => {
  const fixture = await openReady();
  await fixture.clock.advance(IDLE - 5_000);
  const app = fixture.engine.get("app");
  app.listenMs = 3_000;
  fixture.engine.stopOutside("app");
  fixture.engine.startOutside("app");
  await fixture.clock.settle();
  assert.equal(fixture.record("app").gate, undefined);
  const client = fixture.visit("app");
  await fixture.clock.advance(3_300);
  assert.equal(client.answer, "forward app");
  client.close();
  assert.ok(
    fixture.orders().every((order) => order === "start app"),
    "which the engine takes as done",
  );
});

test("a container that restarts repeatedly without requests is idle-stopped", async () => {
  const fixture = await openReady();
  const from = fixture.clock.now();
  while (fixture.status("app") !== "asleep" && fixture.clock.now() - from < 10 * IDLE) {
    await fixture.clock.advance(7_000);
    if (fixture.status("app") === "asleep") break;
    fixture.engine.get("app").startedAtMs = fixture.clock.wall();
    fixture.engine.notifyChange("app");
    await fixture.clock.settle();
  }
  assert.ok(fixture.clock.now() - from <= 2 * IDLE, `${fixture.clock.now() - from} ms`);
});

test("a recreated container is another run: its address is used, and its history kept", async () => {
  const fixture = await openReady();
  const { wakesMs } = fixture.record("app");
  fixture.engine.remove("app");
  fixture.engine.add("app", { status: "running", endpoint: { host: "other", port: 80, published: false } });
  await fixture.clock.advance(50);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.admission?.kind === "forward" && client.admission.forward.to.host, "other");
  assert.equal(fixture.record("app").wakesMs, wakesMs);
});

test("a container that was moved to another address under the same id is probed there", async () => {
  const fixture = await openReady();
  fixture.engine.get("app").endpoint = { host: "moved", port: 80, published: false };
  fixture.engine.notifyChange("app");
  await fixture.clock.advance(50);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.admission?.kind === "forward" && client.admission.forward.to.host, "moved");
});

test("an app that refuses a connection although it was ready is probed before it gets another request", async () => {
  const fixture = await openReady();
  const client = fixture.visit("app");
  await fixture.clock.settle();
  fixture.engine.get("app").listenMs = Infinity;
  assert.equal(client.admission?.kind, "forward");
  if (client.admission?.kind !== "forward") return;
  fixture.lifecycle.context.dispatch(fixture.record("app"), { type: "refused", endpoint: client.admission.forward.to });
  client.close();
  const next = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(next.answer, "");
  fixture.engine.get("app").listenMs = 0;
  await fixture.clock.advance(100);
  assert.equal(next.answer, "forward app");
});

test("what changes without any notification is seen by the next full list", async () => {
  const fixture = await openReady();
  const app = fixture.engine.get("app");
  app.status = "stopped";
  await fixture.clock.advance(15_100);
  assert.equal(fixture.status("app"), "asleep");
  app.status = "running";
  app.startedAtMs = fixture.clock.wall();
  await fixture.clock.advance(15_100);
  assert.equal(fixture.status("app"), "ready");
});

test("one that ends without a notification while it is probed is found asleep", async () => {
  const fixture = await openLifecycle(settings, { fakes: { app: { listenMs: Infinity } } });
  fixture.engine.startOutside("app");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "unready");
  fixture.engine.get("app").status = "stopped";
  await fixture.clock.advance(1_100);
  assert.equal(fixture.status("app"), "asleep");
});

test("what a person starts while its wake fails for another reason is seen to run", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const fixture = await openLifecycle(
    [
      { name: "app", idleTimeoutMs: IDLE, dependsOn },
      { name: "db", hosts: [] },
    ],
    {
      fakes: { db: { listenMs: Infinity, endsAfterMs: 500 } },
    },
  );
  fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(100);
  fixture.engine.startOutside("app");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.emitted("wake-failed").at(-1)?.workload, "app");
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(2 * IDLE);
  assert.equal(fixture.engine.get("app").status, "stopped");
});

test("a request during an ordered stop gets its wake, although the app ends by itself before", async () => {
  const fixture = await openReady();
  fixture.visit("app");
  await fixture.clock.settle();
  fixture.lifecycle.sleep(fixture.record("app"));
  const page = fixture.visit("app", { kind: "navigation" });
  await fixture.clock.settle();
  assert.equal(page.answer, "page");
  fixture.engine.crash("app");
  await fixture.clock.advance(100);
  assert.equal(fixture.status("app"), "ready");
});

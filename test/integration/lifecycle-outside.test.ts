import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;
const settings = [{ name: "app", idleTimeoutMs: IDLE }];

async function readyHouse(): Promise<TestHouse> {
  const house = await openHouse(settings);
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  guest.close();
  house.orders();
  return house;
}

const doings: readonly [what: string, act: (house: TestHouse) => void, status: string][] = [
  ["stops", ({ engine }) => engine.stopOutside("app"), "asleep"],
  ["kills", ({ engine }) => engine.crash("app", { code: 137 }), "asleep"],
  ["pauses", ({ engine }) => engine.pauseOutside("app"), "paused"],
  ["removes", ({ engine }) => engine.remove("app"), "absent"],
];
for (const [what, act, status] of doings) {
  const isOrder = what === "stops" || what === "removes"; // which may be the first step of an update
  test(`what a person ${what} stays so until somebody asks for it`, async () => {
    const house = await readyHouse();
    act(house);
    await house.clock.settle();
    assert.equal(house.status("app"), status);
    assert.equal(house.record("app").gate, undefined);
    await house.clock.advance(3_600_000);
    assert.equal(house.status("app"), status);
    assert.deepEqual(house.orders(), []);
    const guest = house.visit("app");
    await house.clock.advance(50);
    if (status === "absent") assert.match(guest.answer, /^failed absent/u);
    else assert.equal(guest.answer, "forward app");
  });

  test(`what a person ${what} during a start is not started again at once`, async () => {
    const house = await openHouse(settings, { fakes: { app: { listenMs: 5_000 } } });
    const guest = house.visit("app");
    await house.clock.advance(1_000);
    act(house);
    await house.clock.advance(20);
    if (isOrder) assert.equal(guest.answer, "");
    else assert.match(guest.answer, /^failed/u);
    await house.clock.advance(2_000);
    assert.deepEqual(house.orders(), ["start app"]);
  });

  test(`what a person ${what} while it is being stopped is followed`, async () => {
    const house = await openHouse(settings, { fakes: { app: { stopMs: 2_000 } } });
    const first = house.visit("app");
    await house.clock.advance(50);
    first.close();
    await house.clock.advance(IDLE + 1_000);
    assert.equal(house.status("app"), "stopping");
    act(house);
    await house.clock.advance(1_500);
    assert.ok(["asleep", "paused", "absent"].includes(house.status("app")), house.status("app"));
    const guest = house.visit("app");
    await house.clock.advance(isOrder ? TRUCE_MS : 50);
    if (status === "absent") assert.match(guest.answer, /^failed absent/u);
    else assert.equal(guest.answer, "forward app");
  });
}

test("whoever asks in the moment before word of a pause comes is not left in a frozen app", async () => {
  const house = await readyHouse();
  house.engine.pauseOutside("app");
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app", "nobody could know");
  assert.deepEqual(house.orders(), ["start app"]);
  assert.equal(house.status("app"), "ready");
});

test("a request that was under way long before a person paused the app does not undo that", async () => {
  const house = await readyHouse();
  house.visit("app");
  await house.clock.advance(5_000);
  house.engine.pauseOutside("app");
  await house.clock.advance(60_000);
  assert.deepEqual(house.orders(), []);
  assert.equal(house.status("app"), "paused");
});

test("what a person starts is idle-stopped, counted from the moment it was seen", async () => {
  const house = await openHouse(settings);
  await house.clock.advance(10 * IDLE);
  house.engine.startOutside("app");
  await house.clock.advance(IDLE - 10);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(20);
  assert.equal(house.status("app"), "asleep");
});

test("what a person lets go on after a pause becomes ready, and is idle-stopped", async () => {
  const house = await readyHouse();
  house.engine.pauseOutside("app");
  await house.clock.advance(10 * IDLE);
  house.engine.startOutside("app");
  await house.clock.advance(50);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(IDLE);
  assert.equal(house.status("app"), "asleep");
});

test("a restart closes the gate until the new run answers, and counts as a new beginning", async () => {
  const house = await readyHouse();
  await house.clock.advance(IDLE - 5_000);
  const app = house.engine.get("app");
  app.listenMs = 3_000;
  house.engine.stopOutside("app");
  house.engine.startOutside("app");
  await house.clock.settle();
  assert.equal(house.record("app").gate, undefined);
  const guest = house.visit("app");
  await house.clock.advance(3_300);
  assert.equal(guest.answer, "forward app");
  guest.close();
  assert.ok(
    house.orders().every((order) => order === "start app"),
    "which the engine takes as done",
  );
});

test("a container that restarts again and again without a visit is idle-stopped all the same", async () => {
  const house = await readyHouse();
  const from = house.clock.now();
  while (house.status("app") !== "asleep" && house.clock.now() - from < 10 * IDLE) {
    await house.clock.advance(7_000);
    if (house.status("app") === "asleep") break;
    house.engine.get("app").startedAtMs = house.clock.wall();
    house.engine.hint("app");
    await house.clock.settle();
  }
  assert.ok(house.clock.now() - from <= 2 * IDLE, `${house.clock.now() - from} ms`);
});

test("a container made anew under the same name is another run: its address is taken, and its history kept", async () => {
  const house = await readyHouse();
  const { wakesMs } = house.record("app");
  house.engine.remove("app");
  house.engine.add("app", { status: "running", endpoint: { host: "other", port: 80, published: false } });
  await house.clock.advance(50);
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.admission?.kind === "forward" && guest.admission.forward.to.host, "other");
  assert.equal(house.record("app").wakesMs, wakesMs);
});

test("a container that was moved to another address under the same id is probed there", async () => {
  const house = await readyHouse();
  house.engine.get("app").endpoint = { host: "moved", port: 80, published: false };
  house.engine.hint("app");
  await house.clock.advance(50);
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.admission?.kind === "forward" && guest.admission.forward.to.host, "moved");
});

test("an app that refuses a connection although it was ready is probed before it gets another request", async () => {
  const house = await readyHouse();
  const guest = house.visit("app");
  await house.clock.settle();
  house.engine.get("app").listenMs = Infinity;
  assert.equal(guest.admission?.kind, "forward");
  if (guest.admission?.kind !== "forward") return;
  house.lifecycle.house.dispatch(house.record("app"), { type: "refused", endpoint: guest.admission.forward.to });
  guest.close();
  const next = house.visit("app");
  await house.clock.advance(1_000);
  assert.equal(next.answer, "");
  house.engine.get("app").listenMs = 0;
  await house.clock.advance(100);
  assert.equal(next.answer, "forward app");
});

test("what changes without any hint is seen by the next full list", async () => {
  const house = await readyHouse();
  const app = house.engine.get("app");
  app.status = "stopped";
  await house.clock.advance(15_100);
  assert.equal(house.status("app"), "asleep");
  app.status = "running";
  app.startedAtMs = house.clock.wall();
  await house.clock.advance(15_100);
  assert.equal(house.status("app"), "ready");
});

test("one that ends without a hint while it is probed is found asleep", async () => {
  const house = await openHouse(settings, { fakes: { app: { listenMs: Infinity } } });
  house.engine.startOutside("app");
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "unready");
  house.engine.get("app").status = "stopped";
  await house.clock.advance(1_100);
  assert.equal(house.status("app"), "asleep");
});

test("who starts it again before our stop has ended keeps it, for another idle_timeout", async () => {
  const house = await openHouse(settings, { fakes: { app: { stopMs: 1_000 } } });
  const first = house.visit("app");
  await house.clock.advance(50);
  first.close();
  const stop = house.engine.stop.bind(house.engine);
  house.engine.stop = (ref, order) => stop(ref, order).finally(() => house.engine.startOutside("app"));
  await house.clock.advance(IDLE + 1_100);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(IDLE - 1_000);
  assert.equal(house.orders().filter((order) => order.startsWith("stop")).length, 1);
});

test("what a person starts while its wake fails for another reason is seen to run", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const house = await openHouse(
    [
      { name: "app", idleTimeoutMs: IDLE, dependsOn },
      { name: "db", hosts: [] },
    ],
    {
      fakes: { db: { listenMs: Infinity, endsAfterMs: 500 } },
    },
  );
  house.visit("app", { kind: "navigation" });
  await house.clock.advance(100);
  house.engine.startOutside("app");
  await house.clock.advance(1_000);
  assert.equal(house.told("wake-failed").at(-1)?.workload, "app");
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(2 * IDLE);
  assert.equal(house.engine.get("app").status, "stopped");
});

test("who was promised a wake during an ordered stop gets it, although the app ends by itself before", async () => {
  const house = await readyHouse();
  house.visit("app");
  await house.clock.settle();
  house.lifecycle.sleep(house.record("app"));
  const page = house.visit("app", { kind: "navigation" });
  await house.clock.settle();
  assert.equal(page.answer, "page");
  house.engine.crash("app");
  await house.clock.advance(100);
  assert.equal(house.status("app"), "ready");
});

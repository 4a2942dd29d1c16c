import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

test("a crash while awake is told, and the next request wakes it", async () => {
  const house = await readyHouse();
  house.engine.crash("app", { code: 139 });
  await house.clock.settle();
  assert.equal(house.told("ended")[0]?.exit?.code, 139);
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
});

test("from the hint of its end on nobody is sent to it, however late the engine tells how it ended", async () => {
  const house = await readyHouse();
  const { engine } = house;
  const observe = engine.observe.bind(engine);
  const tidied = Promise.withResolvers<void>();
  engine.observe = async (ref) => {
    await tidied.promise;
    return observe(ref);
  };
  engine.crash("app", { code: 137, oomKilled: true });
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.answer, "");
  assert.deepEqual(house.told("ended"), []);
  tidied.resolve();
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(
    house.told("ended").map(({ exit }) => exit?.code),
    [137],
  );
  assert.equal(house.record("app").wokenByUs, true);
});

test("one that has died is woken, though the engine does not know of its end yet when it is asked to start it", async () => {
  const house = await readyHouse();
  const { state } = house.record("app");
  assert.ok(state.status === "ready");
  const app = house.engine.get("app");
  app.listenMs = Infinity; // nobody listens any more; for the engine it runs
  house.lifecycle.house.dispatch(house.record("app"), { type: "refused", endpoint: state.endpoint });
  const guest = house.visit("app");
  await house.clock.advance(20);
  assert.deepEqual(house.orders(), ["start app"]);
  app.listenMs = 0;
  house.engine.crash("app", { code: 137 });
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), ["start app"]);
  assert.deepEqual(
    house.told("ended").map(({ exit }) => exit?.code),
    [137],
  );
  assert.deepEqual(house.told("wake-failed"), []);
});

test("one that runs, is asked for and crashes, and crashes once more at its next start, has failed", async () => {
  const house = await readyHouse();
  const { state } = house.record("app");
  assert.ok(state.status === "ready");
  const app = house.engine.get("app");
  Object.assign(app, { listenMs: Infinity, endsAfterMs: 100 });
  house.lifecycle.house.dispatch(house.record("app"), { type: "refused", endpoint: state.endpoint });
  const guest = house.visit("app");
  await house.clock.advance(20);
  house.engine.crash("app", { code: 1 });
  await house.clock.advance(200);
  assert.match(guest.answer, /^failed exited/u);
  assert.deepEqual(house.orders(), ["start app", "start app"]);
});

test("one that crashes again and again while its engine restarts it has failed, with how it ended", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 30_000 }], { fakes: { app: { listenMs: Infinity } } });
  const app = house.engine.get("app");
  /** Docker's word for it while it waits before the next try. */
  function crash(): void {
    house.engine.crash("app", { code: 3 });
    app.status = "restarting";
  }
  const guest = house.visit("app");
  for (let times = 1; times <= 3; times += 1) {
    await house.clock.advance(200);
    assert.equal(guest.answer, "", "so far it may still come up");
    crash();
    await house.clock.advance(100);
    if (times < 3) house.engine.startOutside("app");
  }
  assert.match(guest.answer, /^failed exited: .*exit code 3, and is restarted again and again/u);

  house.engine.startOutside("app");
  await house.clock.advance(100);
  const next = house.visit("app");
  await house.clock.settle();
  assert.match(next.answer, /^failed exited/u, "a restart by the engine ends no cool-down");
  app.listenMs = 0;
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "ready", "but it is seen to come up");
});

test("one whose start_timeout ends between two crashes has failed for them, not for want of time", async () => {
  const house = await openHouse([{ name: "app", startTimeoutMs: 1_000 }], { fakes: { app: { listenMs: Infinity } } });
  const guest = house.visit("app");
  await house.clock.advance(200);
  house.engine.crash("app", { code: 3 });
  house.engine.get("app").status = "restarting";
  await house.clock.advance(900);
  assert.match(guest.answer, /^failed exited: .*exit code 3/u);
});

async function readyHouse(): Promise<TestHouse> {
  const house = await openHouse([{ name: "app", idleTimeoutMs: 60_000 }]);
  const guest = house.visit("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  guest.close();
  house.orders();
  return house;
}

const ends: readonly [who: string, end: (house: TestHouse) => Promise<void> | void, by: string][] = [
  ["crashes", ({ engine }) => engine.crash("app"), "itself"],
  ["is stopped by somebody else", ({ engine }) => engine.stopOutside("app"), "other"],
  ["is put to sleep", async ({ clock }) => clock.advance(60_000), "us"],
];
for (const [what, end, by] of ends) {
  test(`of an app that ${what} it is known who ended it, also by the next gateway, until it runs again`, async () => {
    const settings = [{ name: "app", idleTimeoutMs: 60_000 }];
    const house = await openHouse(settings);
    const guest = house.visit("app");
    await house.clock.advance(50);
    guest.close();
    assert.equal(house.record("app").endedBy, undefined);
    await end(house);
    await house.clock.advance(2_000);
    assert.equal(house.status("app"), "asleep");
    assert.equal(house.record("app").endedBy, by);

    const next = await openHouse(settings, { memories: Object.fromEntries(house.saved) });
    assert.equal(next.record("app").endedBy, by);
    next.engine.startOutside("app");
    await next.clock.settle();
    assert.equal(next.record("app").endedBy, undefined);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse } from "./lifecycle-house.ts";
import { app, IDLE, part, visitAndLeave } from "./lifecycle-parts.ts";

test("what an app needs is woken first, what that needs before it, and independent things beside each other", async () => {
  const house = await openHouse([app("app", ["api", "cache"]), part("api", ["db"]), part("cache"), part("db")], {
    fakes: { db: { listenMs: 1_000 }, cache: { listenMs: 1_000 } },
  });
  const guest = house.visit("app");
  await house.clock.advance(500);
  assert.deepEqual(house.orders().toSorted(), ["start cache", "start db"]);
  await house.clock.advance(1_000);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), ["start api", "start app"]);
});

test("a dependency with condition started is enough as soon as it runs", async () => {
  const house = await openHouse([app("app", ["db:started"]), part("db")], { fakes: { db: { listenMs: 30_000 } } });
  const guest = house.visit("app");
  await house.clock.advance(100);
  assert.equal(guest.answer, "forward app");
  assert.equal(house.status("db"), "starting");
  await house.clock.advance(31_000);
  assert.equal(house.record("app").gate !== undefined, true);
});

test("a dependency with condition started that never answers does not take its dependents down", async () => {
  const house = await openHouse([app("app", ["db:started"]), part("db", [], { startTimeoutMs: 5_000 })], {
    fakes: { db: { listenMs: Infinity } },
  });
  await visitAndLeave(house, "app");
  await house.clock.advance(10_000);
  assert.equal(house.status("db"), "failed");
  await visitAndLeave(house, "app");
});

test("the first dependency that fails ends the wait, whatever the others do, and is named at the root", async () => {
  const house = await openHouse([app("app", ["api", "slow"]), part("api", ["db"]), part("db"), part("slow")], {
    fakes: { db: { listenMs: Infinity, endsAfterMs: 100 }, slow: { listenMs: 20_000 } },
  });
  const guest = house.visit("app");
  await house.clock.advance(300);
  assert.match(guest.answer, /^failed dependency: it needs "db", which failed: .*exit code 1/u);
  assert.ok(!house.orders().includes("start app"));
});

test("a dependency that nobody needs any more sleeps after its last dependent, and never before", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")], { fakes: { app: { stopMs: 1_000 } } });
  await visitAndLeave(house, "app");
  await house.clock.advance(IDLE + 500);
  assert.deepEqual([house.status("app"), house.status("db")], ["stopping", "ready"]);
  await house.clock.advance(600);
  assert.deepEqual([house.status("app"), house.status("db")], ["asleep", "asleep"]);
  assert.deepEqual(house.orders().slice(-2), ["stop app stop", "stop db stop"]);
});

test("a chain sleeps in reverse order, each as soon as it is unneeded", async () => {
  const house = await openHouse([app("app", ["api"]), part("api", ["db"]), part("db")]);
  await visitAndLeave(house, "app");
  await house.clock.advance(IDLE);
  assert.deepEqual(house.orders().slice(-3), ["stop app stop", "stop api stop", "stop db stop"]);
});

test("a dependency that two share sleeps with the last of them", async () => {
  const house = await openHouse([app("one", ["db"]), app("two", ["db"]), part("db")]);
  await visitAndLeave(house, "one");
  await house.clock.advance(30_000);
  await visitAndLeave(house, "two");
  assert.deepEqual(house.orders(), ["start db", "start one", "start two"]);
  await house.clock.advance(40_000);
  assert.deepEqual([house.status("one"), house.status("db")], ["asleep", "ready"]);
  await house.clock.advance(30_000);
  assert.deepEqual([house.status("two"), house.status("db")], ["asleep", "asleep"]);
});

test("a dependency that somebody else started is not put to sleep for being unneeded", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")], { fakes: { db: { status: "running" } } });
  await visitAndLeave(house, "app");
  await house.clock.advance(10 * IDLE);
  assert.deepEqual([house.status("app"), house.status("db")], ["asleep", "ready"]);
});

test("neither is one that somebody starts by hand after we once woke it", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")]);
  await visitAndLeave(house, "app");
  await house.clock.advance(2 * IDLE);
  assert.equal(house.status("db"), "asleep");
  house.engine.startOutside("db");
  await house.clock.advance(10 * IDLE);
  assert.equal(house.status("db"), "ready");
});

test("a dependency with an idle_timeout of its own has that time after its last dependent slept", async () => {
  const house = await openHouse([app("app", ["db"]), part("db", [], { idleTimeoutMs: 30_000 })]);
  await visitAndLeave(house, "app");
  await house.clock.advance(IDLE + 29_000);
  assert.deepEqual([house.status("app"), house.status("db")], ["asleep", "ready"]);
  await house.clock.advance(1_100);
  assert.equal(house.status("db"), "asleep");
});

test("a ready app whose dependency ended lets nobody pass before that is awake again", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")]);
  await visitAndLeave(house, "app");
  house.engine.get("db").listenMs = 1_000;
  house.engine.crash("db");
  await house.clock.settle();
  const [api, page] = [house.visit("app"), house.visit("app", { kind: "navigation" })];
  await house.clock.advance(500);
  assert.deepEqual([api.answer, page.answer], ["", "page"]);
  await house.clock.advance(700);
  assert.equal(api.answer, "forward app");
});

test("a dependency that ends while the app waits for it is woken again", async () => {
  const house = await openHouse([app("app", ["db", "slow"]), part("db"), part("slow")], {
    fakes: { slow: { listenMs: 2_000 } },
  });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  house.engine.crash("db");
  await house.clock.advance(1_500);
  assert.equal(guest.answer, "forward app");
  assert.equal(house.status("db"), "ready");
});

test("a dependency outside its own window is still there for those who need it", async () => {
  const schedule = { start: "1:00", stop: "2:00", timezone: "UTC" };
  const house = await openHouse([app("app", ["api"]), part("api", ["db"], { schedule }), part("db")]);
  await visitAndLeave(house, "app");
});

test("a diamond of many layers is followed without counting every path", async () => {
  const layers = Array.from({ length: 24 }, (_, layer) =>
    ["a", "b"].map((side) => part(`${side}${layer}`, layer === 0 ? [] : [`a${layer - 1}`, `b${layer - 1}`])),
  ).flat();
  const house = await openHouse([...layers, app("app", ["a23", "b23"])]);
  const guest = house.visit("app");
  await house.clock.advance(2_000);
  assert.equal(guest.answer, "forward app");
  house.engine.stopOutside("a0");
  await house.clock.settle();
  assert.equal(house.record("app").gate, undefined);
});

test("a dependency without a port that crashed is not taken for awake before it has stayed up", async () => {
  const house = await openHouse([app("app", ["db"]), part("db", [], { targetPort: undefined })], {
    fakes: { db: { endsAfterMs: 300, endsWith: { code: 9, oomKilled: false, message: "" } } },
  });
  house.visit("app");
  await house.clock.advance(1_000); // the first time nobody knows better
  const guest = house.visit("app");
  await house.clock.advance(2_000);
  assert.match(guest.answer, /^failed dependency: it needs "db", which failed: .*exit code 9/u);
  house.orders();
  const next = house.visit("app");
  await house.clock.advance(50);
  assert.match(next.answer, /^failed dependency/u);
  assert.deepEqual(house.orders(), [], "it cools down");
});

for (const code of [0, 137, 143]) {
  test(`one without a port that was ended with ${code} is awake again as soon as it runs`, async () => {
    const house = await openHouse([{ name: "job", targetPort: undefined }]);
    for (let round = 0; round < 2; round += 1) {
      const guest = house.visit("job");
      await house.clock.advance(20);
      assert.equal(guest.answer, "forward job");
      guest.close();
      house.engine.crash("job", { code });
      await house.clock.settle();
    }
  });
}

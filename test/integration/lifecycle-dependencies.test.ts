import assert from "node:assert/strict";
import { test } from "node:test";
import type { DependencyCondition, WorkloadSettings } from "../../src/core/settings.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;
type Part = Partial<WorkloadSettings> & { name: string };

/** A workload with a host that needs others (`db` or `db:started`), and one that others merely need. */
function app(name: string, needs: readonly string[], more: Partial<WorkloadSettings> = {}): Part {
  const dependsOn = needs.map((need) => {
    const [needed = "", condition = "healthy"] = need.split(":");
    return { name: needed, condition: condition as DependencyCondition };
  });
  return { name, dependsOn, idleTimeoutMs: IDLE, ...more };
}
const part = (name: string, needs: readonly string[] = [], more: Partial<WorkloadSettings> = {}): Part =>
  app(name, needs, { hosts: [], idleTimeoutMs: undefined, ...more });

async function visitAndLeave(house: TestHouse, host: string, ms = 200): Promise<void> {
  const guest = house.visit(host);
  await house.clock.advance(ms);
  assert.equal(guest.answer, `forward ${host}`);
  guest.close();
}

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

test("a one-shot runs to its end before what needs it, and is not started again once it has finished", async () => {
  const house = await openHouse([app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })], {
    fakes: { migrate: { endsAfterMs: 3_000, endsWith: { code: 0, oomKilled: false, message: "" } } },
  });
  const guest = house.visit("app");
  await house.clock.advance(2_900);
  assert.deepEqual(house.orders(), ["start migrate"]);
  await house.clock.advance(200);
  assert.equal(guest.answer, "forward app");
  guest.close();
  await house.clock.advance(2 * IDLE);
  assert.equal(house.status("app"), "asleep");
  house.orders();
  await visitAndLeave(house, "app");
  assert.deepEqual(house.orders(), ["start app"]);
});

test("a one-shot that had finished before the gateway came up is not started again", async () => {
  const exit = { code: 0, oomKilled: false, message: "", atMs: 1 };
  const house = await openHouse([app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })], {
    fakes: { migrate: { exit } },
  });
  await visitAndLeave(house, "app");
  assert.deepEqual(house.orders(), ["start app"]);
});

test("a one-shot is not started again when something else that the app needs must be woken", async () => {
  const house = await openHouse(
    [app("app", ["migrate:completed", "db"]), part("migrate", [], { targetPort: undefined }), part("db")],
    { fakes: { migrate: { endsAfterMs: 100, endsWith: { code: 0, oomKilled: false, message: "" } } } },
  );
  await visitAndLeave(house, "app", 400);
  house.orders();
  house.engine.stopOutside("db");
  await house.clock.settle();
  await visitAndLeave(house, "app");
  assert.deepEqual(house.orders(), ["start db"]);
});

test("a one-shot that fails is named with its exit code, and cools down like any other", async () => {
  const house = await openHouse([app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })], {
    fakes: { migrate: { endsAfterMs: 100, endsWith: { code: 3, oomKilled: false, message: "" } } },
  });
  const guest = house.visit("app");
  await house.clock.advance(200);
  assert.match(guest.answer, /^failed dependency: .*"migrate".*exit code 3/u);
  const next = house.visit("app");
  await house.clock.advance(200);
  assert.match(next.answer, /^failed dependency/u);
  assert.deepEqual(house.orders(), ["start migrate"]);
});

test("a one-shot that takes longer than its start_timeout counts when it ends well at last", async () => {
  const migrate = part("migrate", [], { targetPort: undefined, startTimeoutMs: 1_000 });
  const house = await openHouse([app("app", ["migrate:completed"]), migrate], {
    fakes: { migrate: { endsAfterMs: 10_000, endsWith: { code: 0, oomKilled: false, message: "" } } },
  });
  const guest = house.visit("app");
  await house.clock.advance(1_500);
  assert.match(guest.answer, /^failed dependency/u);
  await house.clock.advance(15_000);
  await visitAndLeave(house, "app");
  assert.deepEqual(house.orders(), ["start migrate", "start app"]);
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

test("a ready app whose dependency was stopped lets nobody pass before that is awake again", async () => {
  const house = await openHouse([app("app", ["db"]), part("db")]);
  await visitAndLeave(house, "app");
  house.engine.get("db").listenMs = 1_000;
  house.engine.stopOutside("db");
  await house.clock.settle();
  const [api, page] = [house.visit("app"), house.visit("app", { kind: "navigation" })];
  await house.clock.advance(500);
  assert.deepEqual([api.answer, page.answer], ["", "page"]);
  await house.clock.advance(700);
  assert.equal(api.answer, "forward app");
});

test("a dependency that is stopped while the app waits for it is woken again", async () => {
  const house = await openHouse([app("app", ["db", "slow"]), part("db"), part("slow")], {
    fakes: { slow: { listenMs: 2_000 } },
  });
  const guest = house.visit("app");
  await house.clock.advance(1_000);
  house.engine.stopOutside("db");
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

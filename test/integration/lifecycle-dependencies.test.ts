import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogTail } from "../../src/lifecycle/workload/log-tail.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";
import { app, IDLE, part, visitAndLeave } from "./lifecycle-parts.ts";

test("dependencies are woken before the app, theirs before them, and independent ones in parallel", async () => {
  const fixture = await openLifecycle([app("app", ["api", "cache"]), part("api", ["db"]), part("cache"), part("db")], {
    fakes: { db: { listenMs: 1_000 }, cache: { listenMs: 1_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(500);
  assert.deepEqual(fixture.orders().toSorted(), ["start cache", "start db"]);
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start api", "start app"]);
});

test("a dependency with condition started is enough as soon as it runs", async () => {
  const fixture = await openLifecycle([app("app", ["db:started"]), part("db")], {
    fakes: { db: { listenMs: 30_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.status("db"), "starting");
  await fixture.clock.advance(31_000);
  assert.equal(fixture.record("app").gate !== undefined, true);
});

test("a dependency with condition started that never answers does not take its dependents down", async () => {
  const fixture = await openLifecycle([app("app", ["db:started"]), part("db", [], { startTimeoutMs: 5_000 })], {
    fakes: { db: { listenMs: Infinity } },
  });
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(10_000);
  assert.equal(fixture.status("db"), "failed");
  await visitAndLeave(fixture, "app");
});

test("the log that visitors see after a dependency failed is the dependency's, where they may see that", async () => {
  const broken = { listenMs: Infinity, endsAfterMs: 10 };
  const fixture = await openLifecycle(
    [
      app("app", ["api"]),
      part("api", ["db"]),
      part("db"),
      app("secret", ["vault"]),
      part("vault", [], { logs: "never" }),
    ],
    { fakes: { db: { ...broken, logs: ["no disk"] }, vault: { ...broken, logs: ["key"] } } },
  );
  const logTail = createLogTail({ clock: fixture.clock, lines: () => 5 });
  for (const [name, lines] of [
    ["app", ["no disk"]],
    ["secret", undefined],
  ] as const) {
    fixture.visit(name);
    await fixture.clock.advance(5_000);
    assert.deepEqual(await logTail(fixture.record(name)), lines);
  }
});

test("the first dependency that fails ends the wait, whatever the others do, and is named at the root", async () => {
  const fixture = await openLifecycle([app("app", ["api", "slow"]), part("api", ["db"]), part("db"), part("slow")], {
    fakes: { db: { listenMs: Infinity, endsAfterMs: 100 }, slow: { listenMs: 20_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(300);
  assert.match(client.answer, /^failed dependency: dependency "db" failed: .*exit code 1/u);
  assert.ok(!fixture.orders().includes("start app"));
});

test("a dependency that nobody needs any more sleeps after its last dependent, and never before", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")], { fakes: { app: { stopMs: 1_000 } } });
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(IDLE + 500);
  assert.deepEqual([fixture.status("app"), fixture.status("db")], ["stopping", "ready"]);
  await fixture.clock.advance(600);
  assert.deepEqual([fixture.status("app"), fixture.status("db")], ["asleep", "asleep"]);
  assert.deepEqual(fixture.orders().slice(-2), ["stop app stop", "stop db stop"]);
});

test("a chain sleeps in reverse order, each as soon as it is unneeded", async () => {
  const fixture = await openLifecycle([app("app", ["api"]), part("api", ["db"]), part("db")]);
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(IDLE);
  assert.deepEqual(fixture.orders().slice(-3), ["stop app stop", "stop api stop", "stop db stop"]);
});

test("a dependency that two share sleeps with the last of them", async () => {
  const fixture = await openLifecycle([app("one", ["db"]), app("two", ["db"]), part("db")]);
  await visitAndLeave(fixture, "one");
  await fixture.clock.advance(30_000);
  await visitAndLeave(fixture, "two");
  assert.deepEqual(fixture.orders(), ["start db", "start one", "start two"]);
  await fixture.clock.advance(40_000);
  assert.deepEqual([fixture.status("one"), fixture.status("db")], ["asleep", "ready"]);
  await fixture.clock.advance(30_000);
  assert.deepEqual([fixture.status("two"), fixture.status("db")], ["asleep", "asleep"]);
});

test("a dependency started from outside is not stopped for being unneeded", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")], { fakes: { db: { status: "running" } } });
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(10 * IDLE);
  assert.deepEqual([fixture.status("app"), fixture.status("db")], ["asleep", "ready"]);
});

test("neither is one started by hand after we once woke it", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")]);
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(2 * IDLE);
  assert.equal(fixture.status("db"), "asleep");
  fixture.engine.startOutside("db");
  await fixture.clock.advance(10 * IDLE);
  assert.equal(fixture.status("db"), "ready");
});

test("a dependency with an idle_timeout of its own has that time after its last dependent slept", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db", [], { idleTimeoutMs: 30_000 })]);
  await visitAndLeave(fixture, "app");
  await fixture.clock.advance(IDLE + 29_000);
  assert.deepEqual([fixture.status("app"), fixture.status("db")], ["asleep", "ready"]);
  await fixture.clock.advance(1_100);
  assert.equal(fixture.status("db"), "asleep");
});

test("a ready app whose dependency ended lets nobody pass before that is awake again", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")]);
  await visitAndLeave(fixture, "app");
  fixture.engine.get("db").listenMs = 1_000;
  fixture.engine.crash("db");
  await fixture.clock.settle();
  const [api, page] = [fixture.visit("app"), fixture.visit("app", { kind: "navigation" })];
  await fixture.clock.advance(500);
  assert.deepEqual([api.answer, page.answer], ["", "page"]);
  await fixture.clock.advance(700);
  assert.equal(api.answer, "forward app");
});

test("a dependency that ends while the app waits for it is woken again", async () => {
  const fixture = await openLifecycle([app("app", ["db", "slow"]), part("db"), part("slow")], {
    fakes: { slow: { listenMs: 2_000 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  fixture.engine.crash("db");
  await fixture.clock.advance(1_500);
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.status("db"), "ready");
});

test("a dependency outside its own window is still available to its dependents", async () => {
  const schedule = { start: "1:00", stop: "2:00", timezone: "UTC" };
  const fixture = await openLifecycle([app("app", ["api"]), part("api", ["db"], { schedule }), part("db")]);
  await visitAndLeave(fixture, "app");
});

test("a diamond of many layers is followed without counting every path", async () => {
  const layers = Array.from({ length: 24 }, (_, layer) =>
    ["a", "b"].map((side) => part(`${side}${layer}`, layer === 0 ? [] : [`a${layer - 1}`, `b${layer - 1}`])),
  ).flat();
  const fixture = await openLifecycle([...layers, app("app", ["a23", "b23"])]);
  const client = fixture.visit("app");
  await fixture.clock.advance(2_000);
  assert.equal(client.answer, "forward app");
  fixture.engine.stopOutside("a0");
  await fixture.clock.settle();
  assert.equal(fixture.record("app").gate, undefined);
});

test("a dependency without a port that crashed is not taken for awake before it has stayed up", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db", [], { targetPort: undefined })], {
    fakes: { db: { endsAfterMs: 300, endsWith: { code: 9, oomKilled: false, message: "" } } },
  });
  fixture.visit("app");
  await fixture.clock.advance(1_000); // the first time nobody knows better
  const client = fixture.visit("app");
  await fixture.clock.advance(2_000);
  assert.match(client.answer, /^failed dependency: dependency "db" failed: .*exit code 9/u);
  fixture.orders();
  const next = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.match(next.answer, /^failed dependency/u);
  assert.deepEqual(fixture.orders(), [], "it cools down");
});

for (const code of [0, 137, 143]) {
  test(`one without a port that was ended with ${code} is awake again as soon as it runs`, async () => {
    const fixture = await openLifecycle([{ name: "job", targetPort: undefined }]);
    for (let round = 0; round < 2; round += 1) {
      const client = fixture.visit("job");
      await fixture.clock.advance(20);
      assert.equal(client.answer, "forward job");
      client.close();
      fixture.engine.crash("job", { code });
      await fixture.clock.settle();
    }
  });
}

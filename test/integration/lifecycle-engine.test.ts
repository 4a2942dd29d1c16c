import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../src/lifecycle/ports.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";

const IDLE = 60_000;

test("while the engine is lost an open gate stays open", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { status: "running" } } });
  await fixture.clock.advance(50);
  fixture.engine.reachable(false);
  await fixture.clock.advance(600_000);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "forward app");
  assert.equal(fixture.lifecycle.enginesUp(), false);
  fixture.engine.reachable(true);
  await fixture.clock.settle();
  assert.equal(fixture.lifecycle.enginesUp(), true);
  assert.deepEqual(
    fixture.emitted("engine").map(({ up }) => up),
    [false, true],
  );
});

test("a pause is seen by one query, so that it counts although the engine is lost right after it", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const { engine } = fixture;
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  client.close();
  assert.equal(fixture.status("app"), "ready");
  engine.calls.length = 0;
  const { observe } = engine;
  engine.observe = (ref) => observe(ref).finally(() => engine.reachable(false));
  engine.pauseOutside("app");
  await fixture.clock.advance(50);
  assert.equal(fixture.status("app"), "paused");
  assert.deepEqual(engine.calls, ["observe app"]);
});

test("a wake while the engine is lost is tried again until start_timeout, and then fails for that reason", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 5_000 }]);
  fixture.engine.reachable(false);
  const client = fixture.visit("app");
  await fixture.clock.advance(4_900);
  assert.equal(client.answer, "");
  await fixture.clock.advance(200);
  assert.match(client.answer, /^failed engine/u);
  assert.ok(fixture.orders().length <= 21, "four times a second");
});

test("a wake goes on as soon as the engine is back", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  fixture.engine.reachable(false);
  const client = fixture.visit("app");
  await fixture.clock.advance(3_000);
  fixture.engine.reachable(true);
  await fixture.clock.advance(300);
  assert.equal(client.answer, "forward app");
});

test("an engine that is back, and denies at first what it allows, is asked again however long it was away", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const { engine } = fixture;
  engine.reachable(false);
  const client = fixture.visit("app");
  await fixture.clock.advance(10_000);
  const { start } = engine;
  engine.start = () => Promise.reject(new EngineError("forbidden", "a right is missing"));
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "");
  engine.start = start;
  engine.reachable(true);
  await fixture.clock.advance(300);
  assert.equal(client.answer, "forward app");
});

test("a start that the engine refuses because it is about to go is tried again when it is back", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const { engine } = fixture;
  engine.get("app").refusesStart = "no such file or directory";
  const client = fixture.visit("app");
  const { start } = engine;
  engine.start = (ref) => start(ref).finally(() => engine.reachable(false));
  await fixture.clock.advance(3_000);
  assert.equal(client.answer, "");
  engine.start = start;
  engine.get("app").refusesStart = undefined;
  engine.reachable(true);
  await fixture.clock.advance(300);
  assert.equal(client.answer, "forward app");
});

test("an engine that is lost while an app starts does not fail the wake", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { listenMs: 5_000 } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  fixture.engine.reachable(false);
  await fixture.clock.advance(5_000);
  assert.equal(client.answer, "forward app");
});

test("a stop that fails because the engine is lost leaves the app in service", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }], {
    fakes: { app: { status: "running" } },
  });
  await fixture.clock.advance(50);
  fixture.engine.reachable(false);
  await fixture.clock.advance(IDLE + 1_000);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  client.close();
  fixture.engine.reachable(true);
  await fixture.clock.advance(2 * IDLE);
  assert.equal(fixture.status("app"), "asleep");
});

test("an app that answers is served although the engine cannot confirm that it runs", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 60_000 }], {
    fakes: { app: { status: "running" } },
  });
  await fixture.clock.advance(50);
  fixture.engine.reachable(false);
  const { state } = fixture.record("app");
  assert.ok(state.status === "ready");
  fixture.lifecycle.context.dispatch(fixture.record("app"), { type: "refused", endpoint: state.targets[0]! });
  const client = fixture.visit("app");
  await fixture.clock.advance(100);
  assert.equal(client.answer, "forward app");
});

test("after a lost link everything that runs is observed again: a restart in between is another run", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { status: "running" } } });
  await fixture.clock.advance(50);
  fixture.engine.reachable(false);
  const app = fixture.engine.get("app");
  app.startedAtMs = fixture.clock.wall();
  app.endpoint = { host: "moved", port: 80, published: false };
  fixture.engine.reachable(true);
  await fixture.clock.advance(50);
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.admission?.kind === "forward" && client.admission.forward.to.host, "moved");
});

test("a change counts at once, although another one that was reported with it takes long to query", async () => {
  const fixture = await openLifecycle([{ name: "app" }, { name: "slow" }], { fakes: { app: { status: "running" } } });
  await fixture.clock.advance(50);
  const { observe } = fixture.engine;
  fixture.engine.observe = async (ref) => {
    if (ref.name === "slow") await fixture.clock.sleep(5_000);
    return observe(ref);
  };
  fixture.engine.notifyChange("slow");
  fixture.engine.pauseOutside("app");
  fixture.engine.startOutside("slow");
  await fixture.clock.advance(100);
  assert.equal(fixture.status("app"), "paused");
  await fixture.clock.advance(60_000);
  assert.equal(fixture.status("slow"), "ready");
});

test("however many changes are reported at once, they cause one more round", async () => {
  const fixture = await openLifecycle([{ name: "app" }, { name: "b" }, { name: "c" }]);
  fixture.engine.calls.length = 0;
  for (let count = 0; count < 1_000; count += 1) fixture.engine.notifyChange("app");
  await fixture.clock.settle();
  const lists = fixture.engine.calls.filter((call) => call === "list").length;
  assert.ok(lists <= 3, `${lists} lists`);
});

test("between events the engine is not queried and nothing is woken", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE }], {
    fakes: { app: { status: "running" } },
  });
  await fixture.clock.advance(50);
  assert.ok(fixture.clock.sleepers().length <= 3, "the idle timer, the next list, the next save");
  fixture.engine.calls.length = 0;
  await fixture.clock.advance(14_000);
  assert.deepEqual(fixture.engine.calls, []);
});

test("a start that ends long after its wake was given up is still known as ours", async () => {
  const dependsOn = [{ name: "db", condition: "healthy" }] as const;
  const fixture = await openLifecycle(
    [
      { name: "app", idleTimeoutMs: IDLE, dependsOn },
      { name: "db", hosts: [], startTimeoutMs: 1_000 },
    ],
    { fakes: { db: { startMs: 5_000 } } },
  );
  fixture.visit("app", { kind: "navigation" });
  await fixture.clock.advance(10_000);
  assert.equal(fixture.emitted("ready")[0]?.workload, "db");
  assert.deepEqual(fixture.orders(), ["start db", "stop db stop"], "unneeded, and ours to stop");
});

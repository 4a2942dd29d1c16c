/** Faults of our own, as an engine that throws what no engine throws: they cost one round, never the loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LifecycleContext } from "../../src/lifecycle/context.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const IDLE = 60_000;
const PLANTED = "planted: nobody expects this";

function throws(): never {
  throw new TypeError(PLANTED);
}

function reported(fixture: LifecycleFixture): number {
  return fixture.emitted("fault").filter(({ detail }) => detail?.includes(PLANTED)).length;
}

test("a fault about one container costs the round of no other, and the next round makes up for it", async () => {
  const many = Array.from({ length: 20 }, (_, at) => ({ name: `many${at}` }));
  const fixture = await openLifecycle([{ name: "app" }, ...many, { name: "other" }]);
  const { observe } = fixture.engine;
  fixture.engine.observe = (ref) => (ref.name === "app" ? throws() : observe(ref));
  fixture.engine.startOutside("app");
  for (const { name } of many) fixture.engine.startOutside(name);
  fixture.engine.startOutside("other");
  await fixture.clock.advance(1_000);
  assert.deepEqual([fixture.status("app"), fixture.status("other")], ["asleep", "ready"]);
  assert.ok(reported(fixture) > 0);
  fixture.engine.observe = observe;
  await fixture.clock.advance(30_000);
  assert.equal(fixture.status("app"), "ready");
});

test("a fault in the list of containers is made up for by the next one", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const { list } = fixture.engine;
  fixture.engine.list = throws;
  Object.assign(fixture.engine.get("app"), { status: "running", startedAtMs: fixture.clock.wall() });
  fixture.engine.notifyChange();
  await fixture.clock.advance(40_000);
  assert.equal(fixture.status("app"), "asleep");
  fixture.engine.list = list;
  await fixture.clock.advance(30_000);
  assert.equal(fixture.status("app"), "ready");
});

for (const [what, target] of [
  ["in the turn of its timer", "engine"],
  ["in what its timer began", "dispatch"],
] as const) {
  test(`a container is still stopped after a fault ${what}, which is not repeated at once`, async () => {
    const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "requests" }]);
    const client = fixture.visit("app");
    await fixture.clock.advance(200);
    client.close();
    await fixture.clock.advance(IDLE - 1_000);
    const inner = fixture.lifecycle.context as { dispatch: LifecycleContext["dispatch"] };
    const { dispatch } = inner;
    const { capabilities } = fixture.engine;
    if (target === "dispatch") inner.dispatch = throws;
    else Object.defineProperty(fixture.engine, "capabilities", { get: throws, configurable: true });
    await fixture.clock.advance(10_000);
    inner.dispatch = dispatch;
    Object.defineProperty(fixture.engine, "capabilities", { value: capabilities });
    assert.equal(fixture.status("app"), "ready");
    assert.equal(reported(fixture), 1);
    await fixture.clock.advance(70_000);
    assert.equal(fixture.status("app"), "asleep");
  });
}

test("a fault in a reading of the counters does not keep a container awake forever", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "traffic" }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  client.close();
  const { usage } = fixture.engine;
  const broken = Object.defineProperty({}, "rxBytes", { get: throws });
  fixture.engine.usage = () => Promise.resolve(broken as never);
  await fixture.clock.advance(30_000);
  assert.ok(reported(fixture) > 0);
  fixture.engine.usage = usage;
  await fixture.clock.advance(3 * IDLE);
  assert.equal(fixture.status("app"), "asleep");
});

test("a fault in a wake fails it, and a later request tries again", async () => {
  const fixture = await openLifecycle([{ name: "app" }]);
  const { observe } = fixture.engine;
  const client = fixture.visit("app");
  fixture.engine.observe = throws;
  await fixture.clock.advance(1_000);
  assert.match(client.answer, /^failed/u);
  fixture.engine.observe = observe;
  await fixture.clock.advance(10_000);
  const next = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(next.answer, "forward app");
});

test("a fault before a stop puts it off", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "requests" }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  client.close();
  await fixture.clock.advance(IDLE - 1_000);
  const { observe } = fixture.engine;
  fixture.engine.observe = throws;
  await fixture.clock.advance(5_000);
  assert.equal(fixture.status("app"), "ready");
  fixture.engine.observe = observe;
  await fixture.clock.advance(70_000);
  assert.equal(fixture.status("app"), "asleep");
});

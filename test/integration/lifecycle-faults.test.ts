/** Faults of our own, as an engine that throws what no engine throws: they cost one round, never the loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { House } from "../../src/lifecycle/context.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;
const PLANTED = "planted: nobody expects this";

function throws(): never {
  throw new TypeError(PLANTED);
}

function reported(house: TestHouse): number {
  return house.told("fault").filter(({ detail }) => detail?.includes(PLANTED)).length;
}

test("a fault about one container costs the round of no other, and the next round makes up for it", async () => {
  const many = Array.from({ length: 20 }, (_, at) => ({ name: `many${at}` }));
  const house = await openHouse([{ name: "app" }, ...many, { name: "other" }]);
  const { observe } = house.engine;
  house.engine.observe = (ref) => (ref.name === "app" ? throws() : observe(ref));
  house.engine.startOutside("app");
  for (const { name } of many) house.engine.startOutside(name);
  house.engine.startOutside("other");
  await house.clock.advance(1_000);
  assert.deepEqual([house.status("app"), house.status("other")], ["asleep", "ready"]);
  assert.ok(reported(house) > 0);
  house.engine.observe = observe;
  await house.clock.advance(30_000);
  assert.equal(house.status("app"), "ready");
});

test("a fault in the list of containers is made up for by the next one", async () => {
  const house = await openHouse([{ name: "app" }]);
  const { list } = house.engine;
  house.engine.list = throws;
  house.engine.startOutside("app");
  await house.clock.advance(40_000);
  assert.equal(house.status("app"), "asleep");
  house.engine.list = list;
  await house.clock.advance(30_000);
  assert.equal(house.status("app"), "ready");
});

for (const [what, target] of [
  ["in the turn of its timer", "engine"],
  ["in what its timer began", "dispatch"],
] as const) {
  test(`a container is still stopped after a fault ${what}, which is not repeated at once`, async () => {
    const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "requests" }]);
    const guest = house.visit("app");
    await house.clock.advance(200);
    guest.close();
    await house.clock.advance(IDLE - 1_000);
    const inner = house.lifecycle.house as { dispatch: House["dispatch"] };
    const { dispatch } = inner;
    const { capabilities } = house.engine;
    if (target === "dispatch") inner.dispatch = throws;
    else Object.defineProperty(house.engine, "capabilities", { get: throws, configurable: true });
    await house.clock.advance(10_000);
    inner.dispatch = dispatch;
    Object.defineProperty(house.engine, "capabilities", { value: capabilities });
    assert.equal(house.status("app"), "ready");
    assert.equal(reported(house), 1);
    await house.clock.advance(70_000);
    assert.equal(house.status("app"), "asleep");
  });
}

test("a fault in a reading of the counters does not keep a container awake for ever", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "traffic" }]);
  const guest = house.visit("app");
  await house.clock.advance(200);
  guest.close();
  const { usage } = house.engine;
  const broken = Object.defineProperty({}, "rxBytes", { get: throws });
  house.engine.usage = () => Promise.resolve(broken as never);
  await house.clock.advance(30_000);
  assert.ok(reported(house) > 0);
  house.engine.usage = usage;
  await house.clock.advance(3 * IDLE);
  assert.equal(house.status("app"), "asleep");
});

test("a fault in a wake fails it, and a later request tries again", async () => {
  const house = await openHouse([{ name: "app" }]);
  const { observe } = house.engine;
  const guest = house.visit("app");
  house.engine.observe = throws;
  await house.clock.advance(1_000);
  assert.match(guest.answer, /^failed/u);
  house.engine.observe = observe;
  await house.clock.advance(10_000);
  const next = house.visit("app");
  await house.clock.advance(1_000);
  assert.equal(next.answer, "forward app");
});

test("a fault before a stop puts it off", async () => {
  const house = await openHouse([{ name: "app", idleTimeoutMs: IDLE, idleSignal: "requests" }]);
  const guest = house.visit("app");
  await house.clock.advance(200);
  guest.close();
  await house.clock.advance(IDLE - 1_000);
  const { observe } = house.engine;
  house.engine.observe = throws;
  await house.clock.advance(5_000);
  assert.equal(house.status("app"), "ready");
  house.engine.observe = observe;
  await house.clock.advance(70_000);
  assert.equal(house.status("app"), "asleep");
});

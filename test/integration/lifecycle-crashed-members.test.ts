import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;

/** A group of two that are both awake. */
async function awakePair(): Promise<TestHouse> {
  const member = { hosts: [], idleTimeoutMs: IDLE };
  const house = await openHouse(
    [
      { ...member, name: "a" },
      { ...member, name: "b" },
    ],
    {
      groups: [{ name: "web", hosts: ["web.test"], members: ["a", "b"] }],
    },
  );
  await ask(house);
  assert.deepEqual([house.status("a"), house.status("b")], ["ready", "ready"]);
  house.orders();
  return house;
}

/** One request, which must not wait. */
async function ask(house: TestHouse): Promise<void> {
  const guest = house.visit("web");
  await house.clock.advance(100);
  assert.match(guest.answer, /^forward/u);
  guest.close();
}

test("a member that crashed is woken behind the next request, which another one answers", async () => {
  const house = await awakePair();
  house.engine.crash("b");
  await house.clock.settle();
  const guest = house.visit("web");
  await house.clock.settle();
  assert.equal(guest.answer, "forward a");
  await house.clock.advance(100);
  assert.deepEqual([house.orders(), house.status("b")], [["start b"], "ready"]);
});

test("a member that crashes again and again is woken ever more rarely", async () => {
  const house = await awakePair();
  house.engine.get("b").endsAfterMs = 200;
  house.engine.crash("b");
  for (let second = 0; second < 60; second += 1) {
    await house.clock.advance(900);
    await ask(house);
  }
  const starts = house.orders().filter((order) => order === "start b").length;
  assert.ok(starts >= 3 && starts <= 6, `${starts} starts in a minute`);
});

test("a member whose start fails is tried again behind a request, after its cool-down", async () => {
  const house = await awakePair();
  const b = house.engine.get("b");
  Object.assign(b, { endsAfterMs: 10, listenMs: 1_000 });
  house.engine.crash("b");
  await house.clock.settle();
  await ask(house);
  assert.equal(house.status("b"), "failed");
  await ask(house);
  assert.equal(house.orders().filter((order) => order === "start b").length, 1);
  Object.assign(b, { endsAfterMs: undefined, listenMs: 0 });
  await house.clock.advance(3_000);
  await ask(house);
  assert.equal(house.status("b"), "ready");
});

for (const [what, end] of [
  ["was stopped by somebody else", ({ engine }) => engine.stopOutside("b")],
  ["was removed", ({ engine }) => engine.remove("b")],
  ["was paused by somebody else", ({ engine }) => engine.pauseOutside("b")],
  [
    "was put to sleep for lack of use",
    async (house) => {
      // Only the other one is used meanwhile.
      for (let count = 0; count < 20 && house.status("b") === "ready"; count += 1) {
        const [one, two] = [house.visit("web"), house.visit("web")];
        await house.clock.settle();
        for (const guest of [one, two]) if (guest.answer === "forward b") guest.close();
        await house.clock.advance(IDLE / 4);
      }
    },
  ],
] as const satisfies readonly (readonly [string, (house: TestHouse) => Promise<void> | void])[]) {
  test(`a member that ${what} stays so while others answer`, async () => {
    const house = await awakePair();
    await end(house);
    await house.clock.settle();
    const status = house.status("b");
    house.orders();
    for (let count = 0; count < 5; count += 1) await ask(house);
    await house.clock.advance(15_000);
    await ask(house);
    assert.deepEqual([house.orders(), house.status("b")], [[], status]);
  });
}

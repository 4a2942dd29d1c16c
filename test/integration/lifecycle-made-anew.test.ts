import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const settings = [{ name: "app", idleTimeoutMs: 60_000 }];

for (const [what, prepare] of [
  ["was made anew", () => undefined],
  [
    "was missing",
    async ({ engine, clock }) => {
      engine.remove("app");
      await clock.advance(TRUCE_MS);
    },
  ],
] as readonly (readonly [what: string, prepare: (house: TestHouse) => Promise<void> | void])[]) {
  test(`a failure is forgotten with the container that ${what}: the next request wakes the new one`, async () => {
    const house = await openHouse(settings, { fakes: { app: { endsAfterMs: 10, listenMs: 60_000 } } });
    await prepare(house);
    for (let round = 0; round < 3; round += 1) {
      const guest = house.visit("app");
      await house.clock.advance(50);
      assert.match(guest.answer, /^failed/u);
      await house.clock.advance(30_000);
    }
    house.visit("app");
    await house.clock.advance(50);
    house.engine.remove("app");
    await house.clock.settle();
    house.engine.add("app", {});
    await house.clock.advance(TRUCE_MS);
    assert.equal(house.record("app").failures, 0);
    const guest = house.visit("app");
    await house.clock.advance(50);
    assert.equal(guest.answer, "forward app");
  });
}

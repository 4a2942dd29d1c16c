import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const settings = [{ name: "app", idleTimeoutMs: 60_000 }];

for (const [what, prepare] of [
  ["was recreated", () => undefined],
  [
    "was missing",
    async ({ engine, clock }) => {
      engine.remove("app");
      await clock.advance(TRUCE_MS);
    },
  ],
] as readonly (readonly [what: string, prepare: (fixture: LifecycleFixture) => Promise<void> | void])[]) {
  test(`a failure is forgotten with the container that ${what}: the next request wakes the new one`, async () => {
    const fixture = await openLifecycle(settings, { fakes: { app: { endsAfterMs: 10, listenMs: 60_000 } } });
    await prepare(fixture);
    for (let round = 0; round < 3; round += 1) {
      const client = fixture.visit("app");
      await fixture.clock.advance(50);
      assert.match(client.answer, /^failed/u);
      await fixture.clock.advance(30_000);
    }
    fixture.visit("app");
    await fixture.clock.advance(50);
    fixture.engine.remove("app");
    await fixture.clock.settle();
    fixture.engine.add("app", {});
    await fixture.clock.advance(TRUCE_MS);
    assert.equal(fixture.record("app").failures, 0);
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    assert.equal(client.answer, "forward app");
  });
}

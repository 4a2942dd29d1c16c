import assert from "node:assert/strict";
import { test } from "node:test";
import { createFrontReaches } from "../../src/forward-auth/front-reaches.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";

for (const [rule, answer, queries] of [
  ["a container without a known address is queried once", () => Promise.resolve(undefined), 1],
  ["an engine that does not answer is queried again", () => Promise.reject(new Error("unreachable")), 3],
] as const) {
  test(rule, async () => {
    const { engine, clock, record } = await openLifecycle([{ name: "app" }]);
    const asked: string[] = [];
    engine.reachFacts = ({ name }) => {
      asked.push(name);
      return answer();
    };
    const reachOf = createFrontReaches();
    for (let polls = 0; polls < 3; polls += 1) {
      assert.equal(reachOf(record("app")), undefined);
      await clock.settle();
    }
    assert.equal(asked.length, queries);
    engine.remove("app");
    engine.add("app");
    await clock.settle();
    reachOf(record("app"));
    assert.equal(asked.length, queries + 1, "another container may be reached in another way");
  });
}

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
    const reaches = createFrontReaches();
    for (let polls = 0; polls < 3; polls += 1) {
      assert.equal(reaches.of(record("app")), undefined);
      await clock.settle();
    }
    assert.equal(asked.length, queries);
    engine.remove("app");
    engine.add("app");
    await clock.settle();
    reaches.of(record("app"));
    assert.equal(asked.length, queries + 1, "another container may be reached in another way");
  });
}

test("after one poll all containers are queried, 16 at once", async () => {
  const names = Array.from({ length: 40 }, (_, at) => `app${at}`);
  const { engine, clock, record } = await openLifecycle(names.map((name) => ({ name })));
  let [open, most, queries] = [0, 0, 0];
  engine.reachFacts = async () => {
    queries += 1;
    most = Math.max(most, (open += 1));
    await clock.sleep(10);
    open -= 1;
    return undefined;
  };
  const reaches = createFrontReaches();
  for (const name of names) reaches.of(record(name));
  assert.ok(reaches.areLoading());
  await clock.advance(100);
  assert.deepEqual([queries, most, reaches.areLoading()], [40, 16, false]);
});

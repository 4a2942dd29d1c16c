import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { expectedWakeMs, rememberWake } from "./eta.ts";

const expected: readonly [wakes: readonly number[], ms: number | undefined][] = [
  [[], undefined],
  [[700], 700],
  [[700, 900], 800],
  [[700, 901], 801],
  [[900, 100, 500], 500],
  [[500, 500, 60_000], 500],
  [[10, 9, 100, 1], 10],
];
for (const [wakes, ms] of expected) {
  test(`wakes of ${wakes.join(", ") || "no"} ms make one expect ${ms ?? "nothing"}`, () => {
    assert.equal(expectedWakeMs(wakes), ms);
  });
}

const wakes = fc.array(fc.nat({ max: 600_000 }), { minLength: 1, maxLength: 40 });

test("what is expected lies between the fastest and the slowest, whatever their order", () => {
  fc.assert(
    fc.property(wakes, (history) => {
      const ms = expectedWakeMs(history)!;
      assert.ok(ms >= Math.min(...history) && ms <= Math.max(...history));
      assert.equal(expectedWakeMs(history.toReversed()), ms);
    }),
  );
});

test("the last 20 wakes are remembered in order, in whole milliseconds", () => {
  fc.assert(
    fc.property(wakes, (history) => {
      const kept = history.reduce<readonly number[]>((so_far, ms) => rememberWake(so_far, ms + 0.25), []);
      assert.deepEqual(kept, history.slice(-20));
    }),
  );
});

test("a history is replaced, never modified", () => {
  const history = Object.freeze([1, 2, 3]);
  assert.deepEqual(rememberWake(history, 4), [1, 2, 3, 4]);
  assert.equal(expectedWakeMs(history), 2);
});

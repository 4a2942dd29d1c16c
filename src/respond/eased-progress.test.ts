import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { easedProgress } from "./wake-model.ts";

for (const [elapsedMs, etaMs, expected] of [
  [0, 10_000, "0.00"],
  [2_500, 10_000, "0.24"],
  [5_000, 10_000, "0.47"],
  [10_000, 10_000, "0.80"],
  [20_000, 10_000, "0.94"],
  [86_400_000, 10_000, "0.95"],
  [5, 0, "0.95"],
  [-5, 10_000, "0.00"],
] as const) {
  test(`after ${elapsedMs} of a usual ${etaMs} ms the bar is at ${expected}`, () => {
    assert.equal(easedProgress(elapsedMs, etaMs).toFixed(2), expected);
  });
}

test("the bar never goes back and never gets full by time alone", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (first, more, eta) => {
      const [before, after] = [easedProgress(first, eta), easedProgress(first + more, eta)];
      assert.ok(before <= after + 1e-12 && after <= 0.95 && before >= 0);
    }),
  );
});

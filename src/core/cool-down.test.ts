import assert from "node:assert/strict";
import { test } from "node:test";
import { coolDownMs } from "./cool-down.ts";

const table: readonly [failures: number, ms: number][] = [
  [-1, 0],
  [0, 0],
  [1, 3_000],
  [2, 6_000],
  [3, 12_000],
  [6, 96_000],
  [7, 192_000],
  [8, 300_000],
  [9, 300_000],
  [1_000_000, 300_000],
  [Number.MAX_SAFE_INTEGER, 300_000],
];
for (const [failures, ms] of table) {
  test(`after ${failures} failures in a row the next try may come in ${ms} ms`, () => {
    assert.equal(coolDownMs(failures), ms);
  });
}

test("one more failure never shortens the wait", () => {
  for (let failures = 0; failures < 100; failures += 1) {
    assert.ok(coolDownMs(failures + 1) >= coolDownMs(failures));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readGoDuration, writeGoDuration } from "./go-duration.ts";

for (const [text, ms] of [
  ["0", 0],
  ["20s", 20_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["500ms", 500],
  ["1.5s", 1_500],
  ["", undefined],
  ["20", undefined],
  ["-1s", undefined],
  ["1d", undefined],
  ["20s ", undefined],
  ["9".repeat(400), undefined],
  [`${"1s".repeat(100)}`, undefined],
] as const) {
  test(`"${text.slice(0, 20)}" is read as ${ms ?? "nothing"}`, () => assert.equal(readGoDuration(text), ms));
}

for (const [ms, text] of [
  [0, "0s"],
  [500, "500ms"],
  [1_500, "1.5s"],
  [60_000, "1m0s"],
  [3_600_000, "1h0m0s"],
  [5_405_000, "1h30m5s"],
] as const) {
  test(`${ms} ms is written as Go writes it, ${text}`, () => assert.equal(writeGoDuration(ms), text));
}

test("what is written is read back", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (ms) => readGoDuration(writeGoDuration(ms)) === ms));
});

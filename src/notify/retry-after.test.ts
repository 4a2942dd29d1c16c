import assert from "node:assert/strict";
import { test } from "node:test";
import { readRetryAfter } from "./post.ts";

const WALL_MS = Date.UTC(2026, 5, 1, 12);

const values: readonly [rule: string, value: string | undefined, ms: number | undefined][] = [
  ["no header says nothing", undefined, undefined],
  ["seconds are seconds", "120", 120_000],
  ["a fraction of a second counts", "0.25", 250],
  ["spaces around it do not matter", " 1 ", 1_000],
  ["a date is that moment", "Mon, 01 Jun 2026 12:00:30 GMT", 30_000],
  ["a date that is over is now", "Mon, 01 Jun 2026 11:00:00 GMT", 0],
  ["anything else says nothing", "soon", undefined],
  ["an empty header says nothing", "", undefined],
];
for (const [rule, value, ms] of values) {
  test(rule, () => assert.equal(readRetryAfter(value, WALL_MS), ms));
}

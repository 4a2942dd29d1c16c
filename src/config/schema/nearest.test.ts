import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

const KNOWN = ["idle_timeout", "start_timeout", "host", "icon", "logs", "logo"];
const cases: readonly [string, string | undefined][] = [
  ["idle_timout", "idle_timeout"],
  ["idleTimeout", "idle_timeout"],
  ["idle-timeout", "idle_timeout"],
  ["IDLE_TIMEOUT", "idle_timeout"],
  ["hots", "host"],
  ["hosts", "host"],
  ["loggs", "logs"],
  ["volume", undefined],
  ["", undefined],
  ["x".repeat(10_000), undefined],
];
for (const [wrong, similar] of cases) {
  test(`${JSON.stringify(wrong.slice(0, 20))} was probably meant as ${String(similar)}`, () => {
    assert.equal(nearest(wrong, KNOWN), similar);
  });
}

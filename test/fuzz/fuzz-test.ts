import assert from "node:assert/strict";
import { test } from "node:test";
import { FUZZERS } from "./kinds.ts";

/** Registers a test that fuzzes with one seed, so that it is the same traffic each time. */
export function fuzzTest(kind: string, title: string, seconds: number): void {
  test(title, async (t) => {
    const fuzz = FUZZERS.get(kind);
    assert.ok(fuzz);
    const { findings, ...done } = await fuzz(t, { seed: "ci", seconds, say: (line) => console.log(line) });
    t.diagnostic(`${kind}: ${JSON.stringify(done)}`);
    assert.deepEqual(findings, []);
    assert.ok(done.cases > 0);
  });
}

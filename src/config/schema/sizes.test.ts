import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSize, parseSize } from "./sizes.ts";

const MIB = 1024 ** 2;
const sizes: readonly [text: string, bytes: number, written: string][] = [
  ["0", 0, "0"],
  ["64m", 64 * MIB, "64m"],
  ["64MB", 64 * MIB, "64m"],
  [" 1g ", 1024 * MIB, "1g"],
  ["8192k", 8 * MIB, "8m"],
  ["7000001b", 7_000_001, "7000001"],
];
for (const [text, bytes, written] of sizes) {
  test(`"${text}" is ${bytes} bytes`, () => {
    assert.deepEqual(parseSize(text, 6 * MIB), { ok: true, value: bytes });
    assert.equal(formatSize(bytes), written);
  });
}

const faults: readonly [text: string, words: RegExp][] = [
  ["5m", /"5m" is less than 6m; 0 switches it off/u],
  ["-1", /"-1" is not a size/u],
  ["64 mib", /not a size; write it like "64m"/u],
  ["", /not a size/u],
  ["99999999999g", /more than any machine has/u],
];
for (const [text, words] of faults) {
  test(`"${text}" is a fault`, () => {
    const reading = parseSize(text, 6 * MIB);
    assert.equal(reading.ok, false);
    assert.match(reading.ok ? "" : reading.fault, words);
  });
}

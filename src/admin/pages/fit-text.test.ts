import assert from "node:assert/strict";
import { test } from "node:test";
import { fitText, widthOf } from "./fit-text.ts";

test("what fits stays as it is", () => assert.equal(fitText("jellyfin", 200, 14), "jellyfin"));

for (const [text, px] of [
  ["api-with-a-rather-long-name-12", 160],
  ["W".repeat(60), 160],
  ["日本語の長い名前のコンテナです日本語", 100],
  ["👩‍👩‍👧".repeat(20), 100],
  ["abc", 8],
] as const) {
  test(`${text.slice(0, 12)} is made to fit, and keeps its end`, () => {
    const short = fitText(text, px, 14);
    assert.match(short, /…/);
    assert.ok(widthOf(short, 14) <= px || short.length <= 4, `${short}: ${widthOf(short, 14)}`);
    assert.ok(text.endsWith(short.split("…")[1] ?? "-"));
    assert.ok(short.isWellFormed());
  });
}

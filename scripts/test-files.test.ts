import assert from "node:assert/strict";
import { test } from "node:test";
import { findTestGroups, LONG } from "./test-files.ts";

test("each group begins with its longest files, and every one of them exists", () => {
  const groups = findTestGroups([]);
  const begins = groups.flatMap(({ files }) => files.slice(0, files.filter((file) => LONG.includes(file)).length));
  assert.deepEqual(begins.toSorted(), LONG.toSorted());
  for (const { files } of groups) assert.equal(new Set(files).size, files.length);
});

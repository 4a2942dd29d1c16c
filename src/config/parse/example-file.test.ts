import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configOf, merge } from "../../../test/support/merge-fixtures.ts";

const example = readFileSync(new URL("../../../config.example.yaml", import.meta.url), "utf8");

test("the example file is sound and gives no warning", () => {
  assert.ok(configOf(example).containers.length > 0);
  const { warnings, labelFaults } = merge(example, []);
  assert.deepEqual([warnings, labelFaults], [[], []]);
});

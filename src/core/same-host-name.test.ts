import assert from "node:assert/strict";
import { test } from "node:test";
import { sameHostName } from "./same-host-name.ts";

for (const [name, other] of [
  ["app", "db"],
  ["nas:app", "nas:db"],
  ["kubernetes:shop/app", "kubernetes:shop/db"],
] as const) {
  test(`db, as ${name} calls it, is ${other}`, () => assert.equal(sameHostName(name, "db"), other));
}

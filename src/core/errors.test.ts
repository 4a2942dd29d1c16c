import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { STATUS_BY_CODE } from "./errors.ts";

const documentation = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const rows = [...documentation.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
  code,
  Number(status),
]);

test("every code is documented with its status, and every documented code exists", () => {
  assert.deepEqual(Object.fromEntries(rows), { ...STATUS_BY_CODE });
});

test("no code is documented twice", () => {
  assert.equal(rows.length, Object.keys(STATUS_BY_CODE).length);
});

test("every documented code has an anchor of its own, which the problem document's type ends with", () => {
  for (const [code] of rows) assert.match(documentation, new RegExp(`^### ${code}$`, "m"));
});

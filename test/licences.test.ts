import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");

/** They require only that their text is included. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
];

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

test("every package that users get along with the gateway has a permissive licence", () => {
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const entries = Object.entries<Entry>(lock.packages).filter(([place]) => place !== "");
  const shipped = entries.filter(([, { dev, optional }]) => dev !== true && optional !== true);
  assert.ok(shipped.length > 50, "the lockfile says which packages those are");
  const others = shipped
    .map(([place, entry]) => [place, entry.license ?? declared(place)] as const)
    .filter(([, licence]) => !PERMISSIVE.includes(licence));
  assert.deepEqual(others, []);
});

/** The licence of an old package in its own words, which lockfiles leave out. */
function declared(place: string): string {
  const file = path.join(root, place, "package.json");
  if (!existsSync(file)) return "not installed";
  const { license, licenses } = JSON.parse(readFileSync(file, "utf8"));
  return license?.type ?? license ?? licenses?.map(({ type }: { type: string }) => type).join(" OR ") ?? "none";
}

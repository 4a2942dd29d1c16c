import assert from "node:assert/strict";
import { test } from "node:test";
import { createRouteNames } from "./route-names.ts";

const ALL = ["notes", "wiki", "nas:photos", "nas:twins", "attic:twins", "kubernetes:web/shop"];

const cases: readonly (readonly [name: string, found: string | undefined])[] = [
  ["local:notes", "notes"],
  ["local:wiki", "wiki"],
  ["wiki", "wiki"],
  ["photos", "nas:photos"],
  ["twins", undefined],
  ["kubernetes:web/shop", "kubernetes:web/shop"],
  ["web/shop", "kubernetes:web/shop"],
  ["gone", undefined],
  ["", undefined],
];

for (const [name, found] of cases) {
  test(`"${name}" finds ${found ?? "nothing"}`, () => {
    const names = createRouteNames<string>();
    names.setDefaultHost("local");
    for (const one of [...ALL, "nas:gone"]) names.set(one, one);
    names.delete("nas:gone");
    assert.equal(names.find(name), found);
  });
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findIcon } from "./icon.ts";

const icons = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("simple-icons/icons.json")), "utf8")) as {
  slug: string;
  hex: string;
}[];

test("every icon of the package is found by its slug, in its own colour, as one path and nothing else", () => {
  for (const { slug, hex } of icons.filter((_, index) => index % 7 === 0)) {
    const icon = findIcon(slug);
    assert.equal(icon?.color, hex, slug);
    assert.match(
      icon?.svg ?? "",
      /^<svg width="48" height="48" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="[\w\s.,+-]+"\/><\/svg>$/u,
      slug,
    );
  }
});

for (const slug of ["", "no-such-brand", "../package", "Jellyfin", "x".repeat(200), "docker.svg", "constructor"]) {
  test(`there is no icon ${JSON.stringify(slug.slice(0, 20))}`, () => assert.equal(findIcon(slug), undefined));
}

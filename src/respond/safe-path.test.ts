import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { safePath } from "./safe-path.ts";

for (const [path, expected] of [
  ["/web/", "/web/"],
  ["/web?a=1&b=%20#top", "/web?a=1&b=%20#top"],
  ["/a/../b", "/b"],
  ["/films/Amélie", "/films/Am%C3%A9lie"],
  ["", ""],
  ["web/", ""],
  ["//evil.test/", ""],
  ["/\\evil.test/", ""],
  ["/\t/evil.test/", ""],
  ["/.//evil.test/", ""],
  ["https://evil.test/", ""],
  ["javascript:alert(1)", ""],
  ["\u0000/web", ""],
] as const) {
  test(`a redirect to ${JSON.stringify(path)} becomes ${JSON.stringify(expected)}`, () => {
    assert.equal(safePath(path), expected);
  });
}

test("whatever is configured, a browser that follows it stays on the host", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "\t",
    "\n",
    "@",
    ":",
    "evil.test",
    "javascript:",
    "?",
    "#",
    "%2f",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = safePath(`/${pieces.join("")}`);
      if (path !== "") assert.equal(new URL(path, "https://app.test/deep/er").host, "app.test");
    }),
    { numRuns: 2_000 },
  );
});

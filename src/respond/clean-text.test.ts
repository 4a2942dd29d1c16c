import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanLines, cleanText } from "./clean-text.ts";

test("nothing that reorders, hides or breaks text is left, for any input", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 700 }), (text) => {
      const clean = cleanText(text);
      assert.doesNotMatch(clean, /[\p{Cc}\p{Bidi_Control}\u2028\u2029\uFEFF]/u);
      assert.ok(clean.isWellFormed());
      assert.ok(clean.length <= 500);
    }),
  );
});

for (const [what, text, expected] of [
  ["plain text", "Jellyfin – Filme & Musik", "Jellyfin – Filme & Musik"],
  ["right-to-left text", "שלום עולם", "שלום עולם"],
  ["an emoji of several code points", "👩‍💻 ok", "👩‍💻 ok"],
  ["line breaks", "a\r\nb\u2028c\td", "a b c d"],
  ["a bidi override (CVE-2021-42574)", "photo\u202egnp.exe", "photognp.exe"],
  ["terminal colours", "\u001b[31mred\u001b[0m", "red"],
] as const) {
  test(`${what}: ${JSON.stringify(text)} is shown as ${JSON.stringify(expected)}`, () => {
    assert.equal(cleanText(text), expected);
  });
}

test("a long text is cut where it shows, and no character is cut in half", () => {
  assert.equal(cleanText("x".repeat(20), 10), `${"x".repeat(9)}…`);
  assert.equal(cleanText("x".repeat(10), 10), "x".repeat(10));
  assert.ok(cleanText("😀".repeat(300), 100).isWellFormed());
});

test("of a log the last lines are kept, cut to a length; a megabyte without a newline costs nothing", () => {
  const lines = cleanLines([...Array.from({ length: 300 }, (_, index) => `${index}`), "y".repeat(1 << 20)]);
  assert.equal(lines.length, 200);
  assert.equal(lines[0], "101");
  assert.equal(lines.at(-1)?.length, 2_000);
});

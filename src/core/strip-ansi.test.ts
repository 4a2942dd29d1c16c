import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { stripAnsi } from "./strip-ansi.ts";

const ESC = "\u001b";

const cases: [rule: string, line: string, plain: string][] = [
  ["plain text stays as it is", "GET / 200 in 3 ms", "GET / 200 in 3 ms"],
  ["other scripts, emoji and tabs stay", "naïve\t日本語 👩‍🚀 עברית", "naïve\t日本語 👩‍🚀 עברית"],
  ["colours go", `${ESC}[1;31merror${ESC}[0m: no`, "error: no"],
  ["colours with colons go", `${ESC}[38:2::255:0:0mred${ESC}[m`, "red"],
  ["8-bit colours go", "\u009b31mred\u009bm", "red"],
  ["cursor movements and private modes go", `${ESC}[2J${ESC}[H${ESC}[?25lready`, "ready"],
  ["hyperlinks leave their text", `${ESC}]8;;http://x.test${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
  ["window titles go, whatever ends them", `${ESC}]0;title\u0007a${ESC}]0;t${ESC}\\b\u009d0;t\u009cc`, "abc"],
  ["device control strings go", `${ESC}P1$r0m${ESC}\\a`, "a"],
  ["charset choices and resets go", `${ESC}(Ba${ESC}cb${ESC}=c`, "abc"],
  ["an unfinished sequence takes only what is its own", `a${ESC}[31`, "a"],
  ["an unfinished title ends at the next escape", `${ESC}]0;evil${ESC}[31mred`, "red"],
  ["a lone escape at the end goes", `a${ESC}`, "a"],
  ["control characters go", "a\u0000b\u0008c\u0007d\u007fe\u0085f", "abcdef"],
  ["of a progress line the last state stays", "10%\r50%\r100%\r", "100%"],
  ["a carriage return at the end is no overwriting", "done\r", "done"],
  ["marks that reorder text go", "a\u202eb\u2066c\u2069d\u200fe\u061cf", "abcdef"],
  ["separators that some viewers take for line ends go", "a\u2028b\u2029c\ufeffd", "abcd"],
  ["half a surrogate pair becomes a replacement character", "a\ud83d", "a\ufffd"],
];

for (const [rule, line, plain] of cases) {
  test(rule, () => assert.equal(stripAnsi(line), plain));
}

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(ESC, "[", "]", "P", "\\", "m", ";", "\u0007", "\u009b", "\r", "\n", "\u202e"),
    fc.string(),
  ),
});

test("for any input nothing unprintable is returned, and twice is as once", () => {
  fc.assert(
    fc.property(hostile, (line) => {
      const plain = stripAnsi(line);
      assert.doesNotMatch(plain, /[^\P{Cc}\t]|\p{Bidi_Control}/u);
      assert.equal(stripAnsi(plain), plain);
    }),
  );
});

test("a long hostile line is done in linear time", () => {
  const started = performance.now();
  for (const unit of [`${ESC}]`, `${ESC}[`, `${ESC}[1;`, `${ESC}(`, "\r", "\u009d"]) {
    stripAnsi(`${unit.repeat(200_000)}x`);
  }
  assert.ok(performance.now() - started < 2_000);
});

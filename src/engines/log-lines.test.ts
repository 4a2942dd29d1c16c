import assert from "node:assert/strict";
import test from "node:test";
import { createLineSplitter } from "./log-lines.ts";

const cases: [rule: string, chunks: (string | Buffer)[], lines: string[]][] = [
  ["a line ends at its line end", ["a\nb\n"], ["a", "b"]],
  ["what has no end is a line when the stream ends", ["a\nb"], ["a", "b"]],
  ["an empty line is a line", ["a\n\nb\n"], ["a", "", "b"]],
  ["a line may come in pieces", ["hel", "lo\nwor", "ld\n"], ["hello", "world"]],
  ["so may a character", [Buffer.from([0xe2, 0x82]), Buffer.from([0xac, 0x0a])], ["€"]],
  ["and an escape sequence", ["\u001b[3", "1mred\u001b", "[0m\n"], ["red"]],
  ["what is no UTF-8 becomes a replacement character", [Buffer.from([0x61, 0xff, 0x62, 0x0a])], ["a\ufffdb"]],
  ["the end of a Windows line goes", ["a\r\nb\r\n"], ["a", "b"]],
];

for (const [rule, chunks, lines] of cases) {
  test(rule, () => assert.deepEqual(split(chunks), lines));
}

test("a line that is too long is cut, and says so", () => {
  const [line = "", next] = split(["x".repeat(5_000), "y".repeat(5_000_000), "\nnext\n"]);
  assert.equal(line, `${"x".repeat(1_999)}…`);
  assert.equal(next, "next");
});

test("a character that needs two units is not cut in half", () => {
  const [line = ""] = split([`${"x".repeat(1_998)}😀😀\n`]);
  assert.ok(line.isWellFormed());
  assert.ok(line.length <= 2_000);
});

function split(chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

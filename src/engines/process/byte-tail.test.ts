import assert from "node:assert/strict";
import test from "node:test";
import { createByteTail } from "./byte-tail.ts";

test("the last lines come oldest first, an unfinished one too", () => {
  const tail = createByteTail();
  tail.push(Buffer.from("one\ntwo\nthr"));
  tail.push(Buffer.from("ee\nfou"));
  assert.deepEqual(tail.lines(3), ["two", "three", "fou"]);
  assert.deepEqual(tail.lines(0), []);
});

test("a flood is forgotten but for its end, without a line that lost its beginning", () => {
  const tail = createByteTail(1_000);
  for (let at = 0; at < 10_000; at++) tail.push(Buffer.from(`line ${at}\n`));
  const lines = tail.lines(1_000_000);
  assert.ok(lines.length > 80 && lines.length < 120, `${lines.length} lines`);
  assert.equal(lines.at(-1), "line 9999");
  assert.match(lines[0] ?? "", /^line \d+$/);
});

test("one endless line keeps its end", () => {
  const tail = createByteTail(1_000);
  for (let at = 0; at < 100; at++) tail.push(Buffer.from("x".repeat(100)));
  assert.equal(tail.lines(10).length, 1);
});

test("a line of a megabyte keeps its beginning, and what was said before and after it", () => {
  const tail = createByteTail();
  tail.push(Buffer.from("before\n"));
  for (let at = 0; at < 16; at++) tail.push(Buffer.alloc(65_536, "y"));
  tail.push(Buffer.from("y\nafter\n"));
  const lines = tail.lines(10);
  assert.deepEqual([lines[0], lines[1]?.slice(0, 3), lines[2], lines.length], ["before", "yyy", "after", 3]);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const breaches: readonly [file: string, text: string, found: string][] = [
  ["src/core/identifier.ts", "let a;\nfunction openHouse() {}\n", '2: "House"'],
  ["src/core/constant.ts", "const LONGEST_FAREWELL_MS = 1;\n", '1: "FAREWELL"'],
  ["test/comment.test.ts", "\n\n/** What the nudge is. */\n", '3: "nudge"'],
  ["src/cli/text.ts", 'throw new Error("--api is of use with --front only");\n', '1: "is of use with"'],
  ["docs/guide.md", "# Guide\nThe doors decide.\n", '2: "doors"'],
  ["templates/page.html", "{# The face of an app. #}\n", '1: "face"'],
];

test("a banned word fails the check, with its place and what to write instead; an allowed context does not", (t) => {
  const root = mkdtempSync(path.join(tmpdir(), "dag-words-"));
  t.after(() => rmSync(root, { recursive: true }));
  const allowed = ["README.md", 'There is room for `{% extends "face.html" %}`.\n'] as const;
  for (const [file, text] of [...breaches, allowed]) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const { status, lines } = check(root);
  assert.equal(status, 1);
  const expected = breaches.map(([file, , found]) => `${file}:${found}`);
  assert.deepEqual(new Set(lines.map((line) => line.split("; write ")[0])), new Set(expected));
  assert.ok(lines.every((line) => /; write \w.* instead$/u.test(line)));
});

test("the repository is free of banned words", () => {
  assert.deepEqual(check(path.resolve(import.meta.dirname, "..")), { status: 0, lines: [] });
});

function check(root: string): { status: number | null; lines: readonly string[] } {
  const script = path.resolve(import.meta.dirname, "../scripts/check-words.ts");
  const { status, stdout } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  return { status, lines: stdout.split("\n").filter((line) => line !== "") };
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { generate } from "../../scripts/generate-manual-page.ts";
import { roff } from "../../scripts/roff.ts";
import { commands } from "../../src/cli/commands.ts";
import { toolOrSkip } from "../support/tools.ts";

const texts: readonly [rule: string, text: string, expected: string][] = [
  ["code is bold", "see `LOG_LEVEL`", "see \\fBLOG_LEVEL\\fR"],
  ["a dash is a minus, which can be copied", "--docker", "\\-\\-docker"],
  ["a backslash is one", "a\\b", "a\\eb"],
  ["a dot at the beginning is no request", ".env", "\\&.env"],
  ["nor is a quote", "'x", "\\&'x"],
  ["a link is its text", "see [labels](labels.md)", "see labels"],
];
for (const [rule, text, expected] of texts)
  test(`in the manual page ${rule}`, () => assert.equal(roff(text), expected));

test("groff has nothing to complain of, and shows every command with its options", (t) => {
  const groff = toolOrSkip(t, "groff");
  if (groff === undefined) return;
  const page = generate()["man/dag.1"] ?? "";
  const { stdout, stderr } = spawnSync(groff, ["-man", "-Tascii", "-ww", "-P-cbou", "-rHY=0"], {
    input: page,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  for (const [name, { options = {} }] of Object.entries(commands)) {
    assert.match(stdout, new RegExp(`^ {7}dag +${name}\\b`, "m"));
    for (const option of Object.keys(options)) assert.match(stdout, new RegExp(`^ +--${option}\\b`, "m"));
  }
  assert.match(stdout, /^EXIT STATUS$/m);
});

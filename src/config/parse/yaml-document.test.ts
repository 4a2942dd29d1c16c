import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readYaml } from "./yaml-document.ts";

/** Converts to plain objects, for comparison. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

const readable: readonly [string, string, unknown][] = [
  ["an empty file", "", undefined],
  ["a file of comments", "# nothing\n", undefined],
  ["a file of a null", "~\n", undefined],
  [
    "a map of scalars, each as it was written",
    "a: 010\nb: yes\nc: 0x1F\nd: 1.50\ne: 'null'",
    { a: "010", b: "yes", c: "0x1F", d: "1.50", e: "null" },
  ],
  ["keys without a value, which are unset", "a:\nb: ~\nc: null\nd: 1", { d: "1" }],
  ["lists", "a: [1, two]\nb:\n  - x: 1\n  -", { a: ["1", "two"], b: [{ x: "1" }, null] }],
  ["aliases", "a: &x {p: 1}\nb: *x", { a: { p: "1" }, b: { p: "1" } }],
  [
    "merge keys, which lose against the map's own",
    "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3",
    { a: { p: "1", q: "2" }, b: { q: "3", p: "1" } },
  ],
  ["a byte order mark", "\uFEFFa: 1", { a: "1" }],
  ["JSON", '{"a": [true, null]}', { a: ["true", null] }],
];
for (const [what, text, raw] of readable) {
  test(`YAML reads ${what}`, () => {
    const document = readYaml(text);
    assert.deepEqual(document.faults, []);
    assert.deepEqual(plain(document.raw), raw);
  });
}

const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
for (let level = 1; level < 9; level++)
  bomb.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);

const faulty: readonly [string, string, RegExp, number, number][] = [
  ["a missing quote", 'a: 1\nb: "x', /^not valid YAML: a quote is not closed$/, 2, 6],
  ["a missing bracket", "a: [b, c\nd: 1", /^not valid YAML: a bracket is not closed$/, 2, 1],
  ["a list item that is indented too little", "a:\n - b: 1\n  c: 2", /^not valid YAML: .*same column/, 3, 1],
  ["a map key that is indented too little", "a:\n    b: 1\n  c: 2", /^not valid YAML: .*same column/, 3, 1],
  ["a key without a value", "a: 1\nb", /^not valid YAML: expected "key: value", with a space after the colon$/, 2, 1],
  ["a tab as indentation", "a:\n\tb: 1", /not valid YAML/, 2, 1],
  ["a duplicate key", "a: 1\nb: 2\na: 3", /^duplicate key "a"$/, 3, 1],
  ["an unknown alias", "a: *gone", /alias/, 1, 4],
  ["an alias inside of itself", "a: &x [*x]", /alias that contains itself/, 1, 8],
  ["a key that is a list", "? [a]\n: 1", /a key must be text/, 1, 3],
  ["two documents", "a: 1\n---\nb: 2", /only one document/, 2, 1],
  ["an alias bomb", bomb.join("\n"), /aliases make the file too large/, 0, 0],
  ["a file without end", `a: ${"x".repeat(1024 * 1024)}`, /larger than 1 MiB/, 1, 1],
  ["brackets without end", "[".repeat(100_000), /nested too deeply|not valid YAML/, 1, 0],
  ["a deep list", `${"[".repeat(150)}${"]".repeat(150)}`, /nested too deeply/, 1, 0],
];
for (const [what, text, message, line, column] of faulty) {
  test(`YAML refuses ${what} and says where`, () => {
    const [first] = readYaml(text).faults;
    assert.ok(first);
    assert.match(first.message, message);
    if (line > 0) assert.equal(first.line, line);
    if (column > 0) assert.equal(first.column, column);
  });
}

test("a place is found for keys, values, items and what does not exist", () => {
  const { locate } = readYaml("gateway:\n  port: 80\ncontainers:\n  - name: a\n    host: [x,\n           y]\n");
  assert.deepEqual(locate(["gateway", "port"], "key"), { line: 2, column: 3 });
  assert.deepEqual(locate(["gateway", "port"], "value"), { line: 2, column: 9 });
  assert.deepEqual(locate(["containers", 0, "host", 1], "value"), { line: 6, column: 12 });
  assert.deepEqual(locate(["containers", 0, "target_port"], "key"), { line: 4, column: 5 });
  assert.deepEqual(locate(["groups"], "key"), { line: 1, column: 1 });
});

test("a key stands where its map has it, before or after a merge key; a merged one where it was written", () => {
  const { locate } = readYaml("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  p: 3\nc:\n  p: 4\n  <<: *x\n");
  assert.deepEqual(locate(["b"], "key"), { line: 2, column: 1 });
  assert.deepEqual(locate(["b", "p"], "key"), { line: 4, column: 3 });
  assert.deepEqual(locate(["c", "p"], "key"), { line: 6, column: 3 });
  assert.deepEqual(locate(["b", "q"], "key"), { line: 1, column: 14 });
});

test("syntax faults never repeat what the file says", () => {
  const secret = "hunter2-hunter2";
  for (const text of [
    `token: "${secret}`,
    `token: ${secret}: x`,
    `token: "${secret}\\q"`,
    `token: *${secret}`,
    `- ${secret}\ntoken: x`,
    `{${secret}`,
    `token: @${secret}`,
    `token: !${secret}`,
  ]) {
    const { faults } = readYaml(text);
    assert.ok(!JSON.stringify(faults).includes(secret), JSON.stringify(faults));
  }
});

test("no text makes YAML throw", () => {
  const piece = fc.constantFrom(
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "*x",
    "&x ",
    "<<: ",
    "!t ",
    "'",
    '"',
    "|",
    ">",
    "? ",
    "---\n",
    "%YAML 1.1\n",
    "#",
    "\t",
    "\0",
    "__proto__",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
      ),
      (text) => void readYaml(text),
    ),
    { numRuns: 1500 },
  );
});

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");
const files = globSync(["test/**/*.ts", "{src,scripts}/**/*.test.ts"], { cwd: root });

/** A call that defines a test, with its title; a case that it inserts may be of any length. */
const DEFINES = /(?<![\w.])(?:t\.)?(?:test|it|describe|suite|onDocker|\w*[rR]ule)\(\s*(["`])((?:\\.|(?!\1)[^\\])*)\1/gu;
const CASE = /\$\{[^{}]*\}/gu;
const MOST = 100;

test(`a title is a sentence of at most ${MOST} characters`, () => {
  const titles = files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), "utf8");
    return [...text.matchAll(DEFINES)].map(([, , title = ""]) => ({ file, title }));
  });
  assert.ok(titles.length > 1_500, `${titles.length} titles were found`);
  const long = titles.filter(({ title }) => title.replaceAll(CASE, "…").length > MOST);
  assert.deepEqual(long, []);
});

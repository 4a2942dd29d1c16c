/** Refuses the words of scripts/banned-words.ts: in code, comments, texts, templates, guides and the README. */
import { globSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { BANNED_WORDS } from "./banned-words.ts";

const found = filesOf(argv[2] ?? ".").flatMap(([file, text]) =>
  findBannedWords(file, text).map(({ line, word, instead }) => `${file}:${line}: "${word}"; write ${instead} instead`),
);
if (found.length > 0) console.log(found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;

function filesOf(root: string): [file: string, text: string][] {
  const patterns = [
    "{src,test,scripts}/**/*.{ts,mjs}",
    "{templates,examples}/**/*.{html,css,js,yaml,yml,conf,md}",
    "{docs/**/*,README,CONTRIBUTING,SECURITY}.md",
  ];
  // The list itself, the test of this check, and page texts in languages in which these words mean something else.
  const exclude = ["scripts/banned-words.ts", "test/words.test.ts", "src/respond/messages/**/{de,es,fr,it}.ts"];
  return globSync(patterns, { cwd: root, exclude }).map((file) => [file, readFileSync(`${root}/${file}`, "utf8")]);
}

function findBannedWords(file: string, text: string) {
  return text.split("\n").flatMap((written, index) => {
    const line = written.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2");
    return BANNED_WORDS.flatMap(({ word, instead, allowed, only }) => {
      if (only?.test(file) === false) return [];
      const rest = allowed === undefined ? line : line.replaceAll(new RegExp(allowed, "gi"), "");
      const match = new RegExp(`(?<![a-z])(?:${word.source})(?![a-z])`, "i").exec(rest);
      return match === null ? [] : [{ line: index + 1, word: match[0], instead }];
    });
  });
}

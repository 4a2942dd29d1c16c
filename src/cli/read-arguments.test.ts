import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "./command.ts";
import { readArguments } from "./read-arguments.ts";
import { usageOf } from "./usage.ts";

const command: Command = {
  summary: "does things",
  options: {
    docker: { summary: "asks Docker" },
    front: { summary: "asks a front", value: "FRONT", words: ["traefik", "caddy"] },
    url: { summary: "asks there", value: "URL" },
  },
  operands: [
    { name: "SOURCE", required: true, words: ["a", "b"] },
    { name: "FILE", required: false, words: "files" },
  ],
  run: () => Promise.resolve(0),
};

const sound: readonly [rule: string, args: readonly string[], operands: readonly string[], options: object][] = [
  ["operands alone", ["a", "file"], ["a", "file"], {}],
  ["options before and after operands", ["--docker", "a", "--front", "caddy"], ["a"], { docker: true, front: "caddy" }],
  ["a value after an equals sign", ["a", "--url=http://x/?a=b"], ["a"], { url: "http://x/?a=b" }],
  ["what follows -- is an operand", ["a", "--", "--docker"], ["a", "--docker"], {}],
  ["a lone dash is an operand", ["a", "-"], ["a", "-"], {}],
  ["the last of two values wins", ["a", "--url", "1", "--url", "2"], ["a"], { url: "2" }],
];
for (const [rule, args, operands, options] of sound) {
  test(`taken: ${rule}`, () => assert.deepEqual(readArguments(command, args), { operands, options }));
}

const faulty: readonly [rule: string, args: readonly string[], fault: string][] = [
  [
    "an unknown option, with the one that was meant",
    ["a", "--dokcer"],
    "unknown option --dokcer (did you mean --docker?)",
  ],
  ["an unknown option that is like none", ["a", "--zzz"], "unknown option --zzz"],
  ["an option of every object", ["a", "--constructor"], "unknown option --constructor"],
  ["a short option", ["a", "-x"], "unknown option -x"],
  ["a value for an option without one", ["a", "--docker=1"], "--docker takes no value"],
  ["an option without its value", ["a", "--url"], "--url needs a value: URL"],
  ["an option without one of its words", ["a", "--front"], "--front needs a value: traefik, caddy"],
  ["a value that is none of the words", ["a", "--front", "nginx"], '"nginx" must be one of traefik, caddy'],
  ["an operand that is none of the words", ["c"], '"c" must be one of a, b'],
  ["a missing operand", ["--docker"], "SOURCE is missing: one of a, b"],
  ["an empty operand, as of an unset variable in a script", ["a", ""], "FILE is empty"],
  ["an operand too many", ["a", "file", "more"], 'unexpected argument "more"'],
];
for (const [rule, args, fault] of faulty) {
  test(`refused: ${rule}`, () => assert.equal(readArguments(command, args), fault));
}

test("the usage shows options, then operands, the optional ones in brackets", () => {
  assert.equal(usageOf("do", command), "dag do [--docker] [--front FRONT] [--url URL] a|b [FILE]");
});

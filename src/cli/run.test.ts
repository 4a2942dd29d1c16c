import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ran } from "../../test/support/cli.ts";
import { commands } from "./commands.ts";
import { run } from "./run.ts";

async function dag(...args: readonly string[]): Promise<Ran> {
  const out = { stdout: "", stderr: "" };
  const code = await run(args, {
    env: { CONFIG_PATH: "/nonexistent/config.yaml" },
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    isTerminal: false,
    onSignal: () => {},
    onFault: () => {},
  });
  return { code, ...out };
}

const names = Object.keys(commands);

const answered: readonly [args: readonly string[], stdout: RegExp][] = [
  [["--help"], new RegExp(names.map((name) => `^ {2}${name}\\b`).join("[^]*"), "m")],
  [["-h"], /^Docker Awakening Gateway/],
  [["help"], /^Docker Awakening Gateway/],
  [["help", "check"], /^Usage: dag check /],
  [["check", "-h"], /^Usage: dag check [^]*^ {2}--docker {2}/m],
  [["-V"], /^\d+\.\d+\.\d+/],
  ...names.map((name): [string[], RegExp] => [[name, "--help"], new RegExp(`^Usage: dag ${name}\\b`)]),
];
for (const [args, stdout] of answered) {
  test(`dag ${args.join(" ")} is a 0 and prints on standard output alone`, async () => {
    const ran = await dag(...args);
    assert.match(ran.stdout, stdout);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  });
}

const refused: readonly [args: readonly string[], stderr: RegExp][] = [
  [["--prot", "80"], /^dag: unknown option "--prot"\. Run "dag --help" for the options and commands\.$/m],
  [["--hepl"], /^dag: unknown option "--hepl"\. Did you mean "--help"\?$/m],
  [["zzz"], /^dag: unknown command "zzz"\. The commands are: serve, /],
  [["help", "nothing"], /^dag: unknown command "nothing"/],
  [["constructor"], /^dag: unknown command "constructor"/],
  [["serve", "config.yaml"], /^dag serve: unexpected argument "config\.yaml"$/m],
  [["version", "2"], /^dag version: unexpected argument "2"$/m],
  [["check", "--dokcer"], /^dag check: unknown option --dokcer \(did you mean --docker\?\)\nusage: dag check /],
  [["explain"], /^dag explain: HOST\|NAME is missing$/m],
  [["completion", "tcsh"], /^dag completion: "tcsh" must be one of bash, zsh, fish$/m],
];
for (const [args, stderr] of refused) {
  test(`dag ${args.join(" ")} is bad usage: a 2, and one sentence on standard error`, async () => {
    const ran = await dag(...args);
    assert.match(ran.stderr, stderr);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  });
}

test("every command says what it does in one line, without a capital and a full stop", () => {
  for (const { summary } of Object.values(commands)) assert.match(summary, /^[a-z][^\n]{10,90}[^.\n]$/);
});

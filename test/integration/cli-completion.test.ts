import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test, type TestContext } from "node:test";
import type { Command } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { createCompletion } from "../../src/cli/completion/completion.ts";
import { runCommand } from "../support/cli.ts";
import { toolOrSkip } from "../support/tools.ts";

// The real shells are queried for their suggestions.

/** In addition to the real commands, one with every kind of argument. */
const table: Readonly<Record<string, Command>> = {
  ...commands,
  everything: {
    summary: "it's got everything: [brackets], $dollars and `ticks`",
    options: {
      flag: { summary: "takes nothing" },
      front: { summary: "takes [one] of: words", value: "FRONT", words: ["traefik", "caddy"] },
      url: { summary: "takes anything", value: "URL" },
    },
    operands: [
      { name: "SOURCE", required: true, words: ["one", "other"] },
      { name: "FILE", required: false, words: "files" },
    ],
    run: () => Promise.resolve(0),
  },
};

const scripts = new Map<string, string>();
before(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    scripts.set(
      shell,
      (
        await runCommand(
          createCompletion(() => table),
          [shell],
        )
      ).stdout,
    );
  }
});

const offered: readonly [typed: readonly string[], words: readonly string[]][] = [
  [["comp"], ["completion"]],
  [["ex"], ["explain"]],
  [["check", "--d"], ["--docker"]],
  [
    ["import", ""],
    ["containernursery", "lazytainer", "sablier"],
  ],
  [["import", "--docker", "s"], ["sablier"]],
  [["completion", "z"], ["zsh"]],
  [
    ["everything", "--f"],
    ["--flag", "--front"],
  ],
  [
    ["everything", "--front", ""],
    ["caddy", "traefik"],
  ],
  [["everything", "--front", "caddy", "--url", "x", "ot"], ["other"]],
  [["everything", "one", "compose."], ["compose.yaml"]],
  [["check", "compose."], ["compose.yaml"]],
  [["everything", "on"], ["one"]],
  [["explain", "comp"], []],
  [["version", ""], []],
];

for (const [typed, words] of offered) {
  const line = `dag ${typed.join(" ")}`;
  test(`bash offers ${words.join(", ") || "nothing"} after: ${line}`, (t) => {
    const script = `source ./dag.bash; COMP_WORDS=(${["dag", ...typed].map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${typed.length}; _dag; printf '%s\\n' "\${COMPREPLY[@]}"`;
    assert.deepEqual(lines(run(t, "bash", "bash", ["--norc", "-c", script])), words);
  });

  test(`fish offers ${words.join(", ") || "nothing"} after: ${line}`, (t) => {
    const fish = toolOrSkip(t, "fish");
    if (fish === undefined) return;
    const script = `source ./dag.fish; complete -C '${line}'`;
    const said = lines(run(t, "fish", fish, ["--no-config", "-c", script])).map((each) => each.split("\t")[0] ?? "");
    assert.deepEqual(said, words);
  });
}

test("bash offers every command and the options for all of them first", (t) => {
  const script = "source ./dag.bash; COMP_WORDS=(dag ''); COMP_CWORD=1; _dag; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const words = [...Object.keys(table), "help", "--help", "--version"].toSorted();
  assert.deepEqual(lines(run(t, "bash", "bash", ["--norc", "-c", script])), words);
});

test("bash accepts the completion under strict settings, for the command dag", (t) => {
  const script = "set -euo pipefail; source ./dag.bash; complete -p dag";
  assert.equal(run(t, "bash", "bash", ["--norc", "-c", script]).trim(), "complete -F _dag dag");
});

test("zsh accepts the completion for the command dag, and offers its commands", (t) => {
  const zsh = toolOrSkip(t, "zsh");
  if (zsh === undefined) return;
  run(t, "zsh", zsh, ["--no-rcs", "-n", "dag.zsh"]);
  const script = "autoload -Uz compinit && compinit -D && source ./dag.zsh && print -r -- $_comps[dag]";
  assert.equal(run(t, "zsh", zsh, ["--no-rcs", "-c", script]).trim(), "_dag");
  assert.match(run(t, "zsh", zsh, ["--no-rcs", "-c", asked("dag everything --f")]), /--flag[^]*--front/);
  assert.match(run(t, "zsh", zsh, ["--no-rcs", "-c", asked("dag everything o")]), /\bone\b[^]*\bother\b/);
  assert.match(
    run(t, "zsh", zsh, ["--no-rcs", "-c", asked("dag ")]),
    /everything +-- it's got everything: \[brackets\], \$dollars and `ticks`/,
  );
});

/** A zsh that types a line into its own terminal and requests completions; its last key ends it. */
function asked(line: string): string {
  return `
zmodload zsh/zpty
zpty -b z zsh --no-rcs -i
zpty -w z "PROMPT=; stty cols 200; autoload -Uz compinit && compinit -D && source ./dag.zsh; bindkey '^Y' list-choices; done-now() { print -n fin''ished }; zle -N done-now; bindkey '^T' done-now; print rea''dy"
zpty -r z said '*ready*'
zpty -n -w z '${line}'$'\\C-y\\C-t'
zpty -r z said '*finished*'
print -r -- $said`;
}

/** Runs a shell in a directory with its completion and two files, and returns its output. */
function run(t: TestContext, shell: string, program: string, args: readonly string[]): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-completion-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(path.join(dir, `dag.${shell}`), scripts.get(shell) ?? "");
  writeFileSync(path.join(dir, "compose.yaml"), "");
  const env = { PATH: process.env["PATH"], HOME: dir, TERM: "dumb" };
  return execFileSync(program, args, {
    cwd: dir,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

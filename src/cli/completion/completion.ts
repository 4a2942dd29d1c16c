import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";
import { type Command, EXIT_OK } from "../command.ts";

const SHELLS: Readonly<Record<string, (commands: Readonly<Record<string, Command>>) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Creates `dag completion`, which prints a completion script for `commands`. */
export function createCompletion(commands: () => Readonly<Record<string, Command>>): Command {
  return {
    summary: "prints the completion script for a shell",
    details: [
      "bash: put `source <(dag completion bash)` into `~/.bashrc`.",
      'zsh: `dag completion zsh > "${fpath[1]}/_dag"`, then start a new shell.',
      "fish: `dag completion fish > ~/.config/fish/completions/dag.fish`",
    ],
    operands: [{ name: "SHELL", required: true, words: Object.keys(SHELLS) }],
    run({ operands: [shell = ""] }, io) {
      io.stdout(SHELLS[shell]?.(commands()) ?? "");
      return Promise.resolve(EXIT_OK);
    },
  };
}

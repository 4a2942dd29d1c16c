import type { Command, Operand } from "../command.ts";

/** Returns a completion script for fish, for `~/.config/fish/completions/dag.fish`. */
export function fishCompletion(commands: Readonly<Record<string, Command>>): string {
  const names = [...Object.keys(commands), "help"];
  const first = "not __fish_seen_subcommand_from " + names.join(" ");
  return `# fish completion for dag, made by: dag completion fish
complete -c dag -f
complete -c dag -n ${quoted(first)} -s h -l help -d ${quoted("prints the help")}
complete -c dag -n ${quoted(first)} -s V -l version -d ${quoted("prints the version")}
complete -c dag -n ${quoted(first)} -a help -d ${quoted("prints the help")}
complete -c dag -n ${quoted("__fish_seen_subcommand_from help")} -a ${quoted(Object.keys(commands).join(" "))}
${Object.entries(commands)
  .flatMap(([name, command]) => linesOf(first, name, command))
  .join("\n")}
`;
}

function linesOf(first: string, name: string, { summary, options = {}, operands = [] }: Command): string[] {
  const within = `__fish_seen_subcommand_from ${name}`;
  return [
    `complete -c dag -n ${quoted(first)} -a ${name} -d ${quoted(summary)}`,
    `complete -c dag -n ${quoted(within)} -l help -d ${quoted("prints the help")}`,
    ...Object.entries(options).map(([option, { summary: what, value, words }]) => {
      const takes = value === undefined ? "" : ` -x${words === undefined ? "" : ` -a ${quoted(words.join(" "))}`}`;
      return `complete -c dag -n ${quoted(within)} -l ${option}${takes} -d ${quoted(what)}`;
    }),
    ...operands.flatMap((operand, index) => operandLine(within, operand, operands[index - 1])),
  ];
}

/** Returns the completion of an operand; fixed values precede files, and are offered only once. */
function operandLine(within: string, { words }: Operand, before: Operand | undefined): string[] {
  if (words === undefined) return [];
  const chosen = Array.isArray(before?.words) ? `; and __fish_seen_subcommand_from ${before.words.join(" ")}` : "";
  if (words === "files") return [`complete -c dag -n ${quoted(within + chosen)} -F`];
  const open = `${within}; and not __fish_seen_subcommand_from ${words.join(" ")}`;
  return [`complete -c dag -n ${quoted(open)} -a ${quoted(words.join(" "))}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}

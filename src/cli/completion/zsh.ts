import type { Command, Operand, Option } from "../command.ts";

/** Returns a completion script for zsh, for `_dag` in a directory of `$fpath`. */
export function zshCompletion(commands: Readonly<Record<string, Command>>): string {
  const described = Object.entries(commands).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef dag
# zsh completion for dag, made by: dag completion zsh
_dag() {
  local state line
  local -a commands=(
${described.join("\n")}
    'help:prints the help'
  )
  _arguments -C '(- *)'{-h,--help}'[prints the help]' '(- *)'{-V,--version}'[prints the version]' \\
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
        help) _describe command commands ;;
${Object.entries(commands).map(argumentsOf).join("\n")}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _dag ]; then
  _dag "$@"
else
  compdef _dag dag
fi
`;
}

function argumentsOf([name, { options = {}, operands = [] }]: readonly [string, Command]): string {
  const specs = [
    `'(- *)--help[prints the help]'`,
    ...Object.entries(options).map(([option, described]) => optionSpec(option, described)),
    ...operands.map(operandSpec),
  ];
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

function optionSpec(name: string, { summary, value, words }: Option): string {
  const takes = value === undefined ? "" : `:${escaped(value)}:${words === undefined ? " " : `(${words.join(" ")})`}`;
  return quoted(`--${name}[${escaped(summary)}]${takes}`);
}

function operandSpec({ name, required, words }: Operand, index: number): string {
  const choice = words === undefined ? " " : words === "files" ? "_files" : `(${words.join(" ")})`;
  return quoted(`${index + 1}:${required ? "" : ":"}${escaped(name)}:${choice}`);
}

/** Escapes the characters that _arguments treats as markup. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

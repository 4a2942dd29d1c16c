import type { Command, Operand } from "../command.ts";

type Commands = Readonly<Record<string, Command>>;

/** Returns a completion script for bash 3.2 and later, to be sourced. */
export function bashCompletion(commands: Commands): string {
  const names = [...Object.keys(commands), "help", "--help", "--version"];
  return `# bash completion for dag, made by: dag completion bash
_dag() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} operand=0 i
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $previous" in
${optionValues(commands)}
  esac
  if [ "\${current:0:1}" = - ]; then
    case \${COMP_WORDS[1]} in
${Object.entries(commands).map(flags).join("\n")}
    esac
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[1]} \${COMP_WORDS[i]}" in
${skippedValues(commands)}
      *" -"*) ;;
      *) operand=$((operand + 1)) ;;
    esac
  done
  case "\${COMP_WORDS[1]} $operand" in
    "help 0") COMPREPLY=($(compgen -W "${Object.keys(commands).join(" ")}" -- "$current")) ;;
${operandCases(commands)}
  esac
}
complete -F _dag dag
`;
}

function flags([name, { options = {} }]: readonly [string, Command]): string {
  const all = [...Object.keys(options), "help"].map((option) => `--${option}`);
  return `      ${name}) COMPREPLY=($(compgen -W "${all.join(" ")}" -- "$current")) ;;`;
}

function optionValues(commands: Commands): string {
  const rows = withValues(commands).map(({ pattern, words }) => {
    return `    ${pattern}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current")); return ;;`;
  });
  return rows.join("\n");
}

/** Returns the cases of options with a value, which is not an operand. */
function skippedValues(commands: Commands): string {
  return withValues(commands)
    .map(({ pattern }) => `      ${pattern}) i=$((i + 1)) ;;`)
    .join("\n");
}

function withValues(commands: Commands): { pattern: string; words: readonly string[] }[] {
  return Object.entries(commands).flatMap(([name, { options = {} }]) => {
    const found = Object.entries(options).filter(([, { value }]) => value !== undefined);
    return found.map(([option, { words = [] }]) => ({ pattern: `"${name} --${option}"`, words }));
  });
}

function operandCases(commands: Commands): string {
  const rows = Object.entries(commands).flatMap(([name, { operands = [] }]) => {
    return operands.flatMap((operand, index) => operandCase(`"${name} ${index}"`, operand));
  });
  return rows.join("\n");
}

function operandCase(pattern: string, { words }: Operand): string[] {
  if (words === undefined) return [];
  if (words !== "files") return [`    ${pattern}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current")) ;;`];
  // Readline handles names with spaces better than compgen, but is not available in bash 3 or outside a completion.
  return [`    ${pattern}) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$current")) ;;`];
}

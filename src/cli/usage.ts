import type { Command, Operand, Option } from "./command.ts";

/** Formats the usage of a command: `dag check [--docker] [FILE]`. */
export function usageOf(name: string, { options = {}, operands = [] }: Command): string {
  const flags = Object.entries(options).map(([flag, option]) => {
    return option.required === true ? flagOf(flag, option) : `[${flagOf(flag, option)}]`;
  });
  return ["dag", name, ...flags, ...operands.map(operandOf)].join(" ");
}

/** Formats an option for the help: `--front FRONT`. */
export function flagOf(name: string, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function operandOf({ name, required, words }: Operand): string {
  const shown = Array.isArray(words) ? words.join("|") : name;
  return required ? shown : `[${shown}]`;
}

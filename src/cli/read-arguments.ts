import { parseArgs } from "node:util";
import { nearest } from "../config/schema/nearest.ts";
import type { Command, Given, Operand, Option } from "./command.ts";

/** Parses the arguments of a command; returns one sentence if they are wrong. */
export function readArguments(command: Command, args: readonly string[]): Given | string {
  const { options = {}, operands = [] } = command;
  const { tokens } = parseArgs({ args: [...args], options: typesOf(options), strict: false, tokens: true });
  const given = { options: {} as Record<string, string | true>, operands: [] as string[] };
  for (const token of tokens) {
    if (token.kind === "positional") given.operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    const fault = faultOfOption(token.rawName, token.value, option, Object.keys(options));
    if (fault !== undefined) return fault;
    given.options[token.name] = token.value ?? true;
  }
  return faultOfOperands(given.operands, operands) ?? missingOption(given.options, options) ?? given;
}

function missingOption(given: Given["options"], options: Readonly<Record<string, Option>>): string | undefined {
  const found = Object.entries(options).find(([name, { required }]) => required === true && given[name] === undefined);
  return found && `--${found[0]} ${found[1].value} is missing: ${found[1].summary}`;
}

function typesOf(options: Readonly<Record<string, Option>>): Record<string, { type: "string" | "boolean" }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [name, { type: value === undefined ? "boolean" : "string" }]),
  );
}

function faultOfOption(
  rawName: string,
  value: string | undefined,
  option: Option | undefined,
  known: readonly string[],
): string | undefined {
  if (option === undefined) {
    const meant = nearest(rawName.replace(/^-+/, ""), known);
    return `unknown option ${rawName}${meant === undefined ? "" : ` (did you mean --${meant}?)`}`;
  }
  if (option.value === undefined) return value === undefined ? undefined : `${rawName} takes no value`;
  if (value === undefined || value === "")
    return `${rawName} needs a value: ${option.words?.join(", ") ?? option.value}`;
  return faultOfWord(value, option.words);
}

function faultOfOperands(given: readonly string[], operands: readonly Operand[]): string | undefined {
  const missing = operands.slice(given.length).find(({ required }) => required);
  if (missing !== undefined)
    return `${missing.name} is missing${Array.isArray(missing.words) ? `: one of ${missing.words.join(", ")}` : ""}`;
  const more = given[operands.length];
  if (more !== undefined) return `unexpected argument "${more}"`;
  for (const [index, value] of given.entries()) {
    if (value === "") return `${operands[index]?.name} is empty`;
    const words = operands[index]?.words;
    const fault = faultOfWord(value, words === "files" ? undefined : words);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfWord(value: string, words: readonly string[] | undefined): string | undefined {
  if (words === undefined || words.includes(value)) return undefined;
  return `"${value}" must be one of ${words.join(", ")}`;
}

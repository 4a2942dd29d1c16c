import { nearest } from "../config/schema/nearest.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, helpText } from "./help.ts";
import { readArguments } from "./read-arguments.ts";
import { usageOf } from "./usage.ts";

/** Runs the command in the arguments and returns the exit code; never throws, but reports errors and returns 1. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [first = "serve", ...rest] = args;
  if (first === "-h" || first === "--help" || first === "help") return help(rest[0], io);
  const name = first === "-V" || first === "--version" ? "version" : first;
  const command = find(name);
  if (command === undefined) return unknown(name, io);
  if (rest.includes("--help") || rest.includes("-h")) return print(io, commandHelp(name, command));
  const given = readArguments(command, rest);
  if (typeof given === "string") return printError(io, `dag ${name}: ${given}\nusage: ${usageOf(name, command)}\n`);
  try {
    return await command.run(given, io);
  } catch (error) {
    io.stderr(`dag ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_FAILURE;
  }
}

/** Runs `dag help` or `dag help COMMAND`. */
function help(name: string | undefined, io: Io): number {
  if (name === undefined) return print(io, helpText(commands));
  const command = find(name);
  return command === undefined ? unknown(name, io) : print(io, commandHelp(name, command));
}

function find(name: string): Command | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function print(io: Io, text: string): number {
  io.stdout(text);
  return EXIT_OK;
}

function printError(io: Io, text: string): number {
  io.stderr(text);
  return EXIT_USAGE;
}

function unknown(name: string, io: Io): number {
  const isOption = name.startsWith("-");
  const names = isOption ? ["--help", "--version"] : Object.keys(commands);
  const similar = nearest(name, names);
  const known = isOption ? 'Run "dag --help" for the options and commands.' : `The commands are: ${names.join(", ")}.`;
  const hint = similar === undefined ? known : `Did you mean "${similar}"?`;
  return printError(io, `dag: unknown ${isOption ? "option" : "command"} "${name}". ${hint}\n`);
}

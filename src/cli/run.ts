import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import { commands } from "./commands.ts";
import { helpText } from "./help.ts";

/** Runs what the arguments ask for and returns the exit code. Nothing is thrown: a fault is told and is a 1. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [first = "serve", ...rest] = args;
  if (first === "-h" || first === "--help" || first === "help") return print(io, helpText(commands));
  const name = first === "-V" || first === "--version" ? "version" : first;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return unknown(name, io);
  if (rest.includes("--help") || rest.includes("-h")) return print(io, usageText(name, command));
  try {
    return await command.run(rest, io);
  } catch (error) {
    io.stderr(`dag ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_FAILURE;
  }
}

function print(io: Io, text: string): number {
  io.stdout(text);
  return EXIT_OK;
}

function usageText(name: string, { usage, summary }: Command): string {
  return `Usage: dag ${`${name} ${usage}`.trim()}\n\n${summary}\n`;
}

function unknown(name: string, io: Io): number {
  io.stderr(`dag: there is no command "${name}". The commands are: ${Object.keys(commands).join(", ")}.\n`);
  return EXIT_USAGE;
}

import type { Command, Io } from "../../src/cli/command.ts";
import { readArguments } from "../../src/cli/read-arguments.ts";

/** The result of a command. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process; wrong arguments fail the test. */
export async function runCommand(command: Command, args: readonly string[], env: Io["env"] = {}): Promise<Ran> {
  const out = { stdout: "", stderr: "" };
  const given = readArguments(command, args);
  if (typeof given === "string") throw new TypeError(given);
  const code = await command.run(given, {
    env,
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    isTerminal: false,
    onSignal: () => {},
    onFault: () => {},
  });
  return { code, ...out };
}

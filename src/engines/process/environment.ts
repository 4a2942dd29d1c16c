import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { ProcessSettings } from "../../core/settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment of a program: a few variables of the gateway's (never its secrets), PORT, and what is
 * configured.
 */
export function childEnvironment(gateway: Environment, { env, port }: ProcessSettings): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = gateway[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { PATH: DEFAULT_PATH, ...Object.fromEntries(inherited), PORT: String(port), ...env };
}

/** Returns why a program cannot be started, in one sentence; `undefined` if it can. */
export function whyNotStartable({ command, cwd }: ProcessSettings, env: Environment): string | undefined {
  const [program = ""] = command;
  if (program === "") return "process.command is empty";
  if (cwd !== "" && !isDirectory(cwd)) return `The directory ${cwd} (process.cwd) does not exist`;
  const places = program.includes("/") ? [""] : (env["PATH"] ?? "").split(":");
  if (places.some((place) => isExecutable(path.resolve(cwd, place, program)))) return undefined;
  return program.includes("/")
    ? `${program} (process.command) does not exist or cannot be executed`
    : `${program} (process.command) is in none of the directories of PATH`;
}

const INHERITED = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return !isDirectory(file);
  } catch {
    return false;
  }
}

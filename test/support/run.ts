import { spawn } from "node:child_process";
import { once } from "node:events";

/** The exit code of a program, and both outputs in order of arrival. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After how long it is killed; default two minutes. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end; rejects only if it cannot be started. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env = process.env, timeoutMs = 120_000 } = options;
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(part));
  const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const [code] = (await once(child, "close").finally(() => clearTimeout(late))) as [number | null];
  return { code, output: Buffer.concat(parts).toString("utf8") };
}

/** Runs a program that must end with 0; returns its trimmed output, or throws with it. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${code}:\n${output.slice(-6000)}`);
  return output.trim();
}

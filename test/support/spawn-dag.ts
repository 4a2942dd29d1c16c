import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Ran } from "./cli.ts";

/** The options of a call of `dag`. */
export interface DagCall {
  /** The environment, apart from PATH, HOME and Node's compile cache. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const main = path.resolve(import.meta.dirname, "../../src/main.ts");

/**
 * Runs `dag` in its own process until it ends. Its standard input stays open without data, so that a command that reads
 * it hangs; after 30 s it is killed, with a `code` of -1.
 */
export async function spawnDag(args: readonly string[], { env = {}, cwd }: DagCall = {}): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      PATH: process.env["PATH"] ?? "",
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
      HOME: "/nonexistent",
      ...env,
    },
    stdio: "pipe",
    timeout: 30_000,
    killSignal: "SIGKILL",
    ...(cwd !== undefined && { cwd }),
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code: code ?? -1, stdout, stderr };
}

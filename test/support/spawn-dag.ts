import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Ran } from "./cli.ts";

/** How `dag` is called. */
export interface DagCall {
  /** The whole environment but for PATH, HOME and where Node keeps what it compiled. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const main = path.resolve(import.meta.dirname, "../../src/main.ts");

/**
 * Runs `dag` in a process of its own until it ends. Its standard input stays open and silent, so that a command which
 * reads it hangs; after 30 s it is killed, which is a `code` of -1.
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

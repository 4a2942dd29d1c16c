import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

export const LOADS = ["1 KiB GET", "64 KiB GET", "16 KiB POST"] as const;
export type LoadName = (typeof LOADS)[number];

export interface LoadSpec {
  readonly dir: string;
  readonly port: number;
  readonly load: LoadName;
  readonly connections: number;
  readonly seconds: number;
}

const PATHS: Readonly<Record<LoadName, string>> = { "1 KiB GET": "/1k", "64 KiB GET": "/64k", "16 KiB POST": "/post" };
const POST_BYTES = 16 * 1024;
const run = promisify(execFile);

/** Asks as fast as it is answered. Rejects when a single answer was not a 200: a fast error page is no result. */
export async function generateLoad(spec: LoadSpec): Promise<{ readonly requests: number; readonly elapsed: number }> {
  const output = loadTool() === "wrk" ? await runWrk(spec) : await runOwn(spec);
  const requests = Number(/(\d+) requests in/u.exec(output)?.[1]);
  const elapsed = Number(/requests in ([\d.]+)s/u.exec(output)?.[1]);
  if (!(requests > 0) || /Non-2xx|Socket errors/u.test(output)) throw new Error(`${spec.load}: ${output}`);
  return { requests, elapsed };
}

/** wrk where it is installed, else a generator of our own, which takes more of the machine for itself. */
export function loadTool(): "wrk" | "node" {
  try {
    execFileSync("sh", ["-c", "command -v wrk"], { stdio: "ignore" });
    return "wrk";
  } catch {
    return "node";
  }
}

async function runWrk({ dir, port, load, connections, seconds }: LoadSpec): Promise<string> {
  const script = path.join(dir, "post.lua");
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = string.rep("x", ${POST_BYTES})\n`);
  const { stdout } = await run("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    ...(load === "16 KiB POST" ? ["-s", script] : []),
    "-H",
    "Host: bench.test",
    `http://127.0.0.1:${port}${PATHS[load]}`,
  ]);
  return stdout;
}

async function runOwn({ port, load, connections, seconds }: LoadSpec): Promise<string> {
  const bytes = load === "16 KiB POST" ? POST_BYTES : 0;
  const generator = path.join(import.meta.dirname, "generator.ts");
  const { stdout } = await run(process.execPath, [
    generator,
    ...[port, connections, seconds, bytes].map(String),
    PATHS[load],
  ]);
  return stdout;
}

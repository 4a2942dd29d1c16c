import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { freePort, request } from "./http.ts";
import { waitUntil } from "./wait-until.ts";

/** A series in a response, at one time. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [atSeconds: number, value: string];
}

/** A running Prometheus. */
export interface Prometheus {
  /** Returns the present series of an expression; throws with Prometheus's message if it is invalid. */
  query(expression: string): Promise<readonly Series[]>;
  /** Returns the `data` of an endpoint below `/api/v1/`. */
  api(endpoint: string): Promise<any>;
}

/** Starts Prometheus with a configuration file; stops it at the end of the test. */
export async function startPrometheus(t: TestContext, binary: string, configFile: string): Promise<Prometheus> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-prometheus-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const port = await freePort();
  const logFile = path.join(dir, "log");
  const child = spawn(
    binary,
    [`--config.file=${configFile}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { cwd: dir, stdio: ["ignore", "pipe", "pipe"] },
  );
  const log = createWriteStream(logFile);
  for (const output of [child.stdout, child.stderr]) output.pipe(log, { end: false });
  const exited = once(child, "exit");
  const killed = (): void => void child.kill("SIGKILL");
  process.once("exit", killed);
  cleanup(t, async () => {
    process.off("exit", killed);
    killed();
    await exited;
  });

  async function api(endpoint: string): Promise<any> {
    const { status, data, error } = (await request({ port, path: `/api/v1/${endpoint}` })).json();
    if (status !== "success") throw new Error(`Prometheus: ${error}`);
    return data;
  }

  const isReady = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    return (await request({ port, path: "/-/ready" })).status === 200;
  };
  await waitUntil(isReady, 30_000, "Prometheus").catch((error: unknown) => {
    throw new Error(`${String(error)}\n${readFileSync(logFile, "utf8")}`, { cause: error });
  });
  return {
    api,
    query: async (expression) => (await api(`query?query=${encodeURIComponent(expression)}`)).result,
  };
}

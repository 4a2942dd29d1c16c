import { execFile } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph, LaidGraph } from "./graph.ts";

/**
 * Lays graphs out in a process that is started for it: see docs/adr/0010-topology-layout.md. Rejects when that takes
 * too long or fails.
 */
export type Layout = (graphs: readonly Graph[]) => Promise<readonly LaidGraph[]>;

/** Far more than a readable set of containers takes. */
const LONGEST_MS = 10_000;
const MOST_OUTPUT_BYTES = 20_000_000;
const OPTIONS = ["--max-old-space-size=256"];
/** How long a failure is kept before the next attempt. */
const FAILED_MS = 30_000;

/** The last result is kept: states change all the time, dependencies hardly ever. */
export function createLayout(): Layout {
  let last: { readonly key: string; readonly laid: Promise<readonly LaidGraph[]> } | undefined;
  return (graphs) => {
    if (graphs.length === 0) return Promise.resolve([]);
    const key = JSON.stringify(graphs);
    if (last?.key === key) return last.laid;
    const made = { key, laid: inProcess(key) };
    last = made;
    made.laid.catch(() => {
      setTimeout(() => {
        if (last === made) last = undefined;
      }, FAILED_MS).unref();
    });
    return made.laid;
  };
}

function inProcess(input: string): Promise<readonly LaidGraph[]> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: LONGEST_MS, killSignal: "SIGKILL", maxBuffer: MOST_OUTPUT_BYTES, env: {} } as const;
    const child = execFile(process.execPath, [...OPTIONS, PROGRAM], limits, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as readonly LaidGraph[]);
      else reject(new Error("the layout failed, or took too long", { cause: error }));
    });
    child.stdin?.on("error", () => undefined).end(input); // it may have ended already, which is reported above
  });
}

/** In a release it has the extension of this file. */
const PROGRAM = fileURLToPath(new URL(`layout-program${extname(import.meta.filename)}`, import.meta.url));

import { execFile } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph, LaidGraph } from "./graph.ts";

/** Lays out graphs in a separate process (docs/adr/0010-topology-layout.md). Rejects if it fails or takes too long. */
export type Layout = (graphs: readonly Graph[]) => Promise<readonly LaidGraph[]>;

/** Much longer than a readable picture takes. */
const LONGEST_MS = 10_000;
const MOST_OUTPUT_BYTES = 20_000_000;
const OPTIONS = ["--max-old-space-size=256"];
/** How long after a failure the next attempt is made. */
const FAILED_MS = 30_000;

/** Creates the layout function. It caches the last result, because dependencies rarely change. */
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
    child.stdin?.on("error", () => undefined).end(input); // an early end of the process is reported above
  });
}

/** The program; it has the same extension as this file (`.ts`, in a release `.js`). */
const PROGRAM = fileURLToPath(new URL(`layout-program${extname(import.meta.filename)}`, import.meta.url));

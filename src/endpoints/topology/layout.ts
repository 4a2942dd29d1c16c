import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Graph, LaidGraph } from "./graph.ts";

/** Lays graphs out in a thread that lives only as long. Rejects when that takes too long or fails. */
export type Layout = (graphs: readonly Graph[]) => Promise<readonly LaidGraph[]>;

/** Far more than any set of containers takes that a person can read. */
const LONGEST_MS = 10_000;
const MOST_MEMORY_MB = 256;

/** The last result is kept: states change all the time, and what depends on what hardly ever. */
export function createLayout(): Layout {
  let last: { readonly key: string; readonly laid: Promise<readonly LaidGraph[]> } | undefined;
  return (graphs) => {
    if (graphs.length === 0) return Promise.resolve([]);
    const key = JSON.stringify(graphs);
    last = last?.key === key ? last : { key, laid: inThread(graphs) };
    return last.laid;
  };
}

function inThread(graphs: readonly Graph[]): Promise<readonly LaidGraph[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SCRIPT, {
      workerData: graphs,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    const late = setTimeout(() => {
      void worker.terminate();
      reject(new Error("the layout took too long"));
    }, LONGEST_MS);
    worker.unref();
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the layout ended with ${code}`)); // does nothing after a result
    });
  });
}

/** In a release it has this file's ending. */
const SCRIPT = new URL(`layout-worker${extname(import.meta.filename)}`, import.meta.url);

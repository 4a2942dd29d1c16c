import { parentPort, workerData } from "node:worker_threads";
import type { Graph } from "./graph.ts";
import { layOut } from "./lay-out.ts";

// A thread of its own: the library and what it allocates are gone when it has ended, and requests do not wait for it.
const graphs = workerData as readonly Graph[];
parentPort?.postMessage(graphs.map(layOut));

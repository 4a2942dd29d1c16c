import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Graph } from "./graph.ts";
import { layOut } from "./lay-out.ts";

// A program of its own: graphs arrive on standard input, layouts go to standard output.

try {
  // When memory is short, the system should end this program rather than the gateway.
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
  // Not on Linux, or not permitted: then it is not done.
}
const graphs = JSON.parse(await text(process.stdin)) as readonly Graph[];
process.stdout.write(JSON.stringify(graphs.map(layOut)));

import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Graph } from "./graph.ts";
import { layOut } from "./lay-out.ts";

// A separate program, which reads graphs from standard input and writes layouts to standard output.

try {
  // If memory is short, the system should kill this program rather than the gateway.
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
  // Not on Linux, or not permitted.
}
const graphs = JSON.parse(await text(process.stdin)) as readonly Graph[];
process.stdout.write(JSON.stringify(graphs.map(layOut)));

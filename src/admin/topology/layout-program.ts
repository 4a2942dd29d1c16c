import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Graph } from "./graph.ts";
import { layOut } from "./lay-out.ts";

// A program of its own: graphs come on standard input, and what was made of them goes to standard output.

try {
  // Where memory is short it is this program that has to go, and not the gateway beside it.
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
  // Not on Linux, or not allowed: then not.
}
const graphs = JSON.parse(await text(process.stdin)) as readonly Graph[];
process.stdout.write(JSON.stringify(graphs.map(layOut)));

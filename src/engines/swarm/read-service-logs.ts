import { EngineError } from "../../lifecycle/ports.ts";
import { createDemultiplexer } from "../docker/demultiplex.ts";
import { parseTime } from "../docker/parse-time.ts";
import { createLineSplitter } from "../log-lines.ts";
import type { SwarmClient } from "./swarm-client.ts";
import type { Service, Task } from "./swarm-objects.ts";

const BYTE_LIMIT = 4 * 1024 * 1024;
const LATE_MS = 10_000;

/** The last lines of all tasks of the current run, or of the one that failed last, in the order in which they were written. */
export async function readServiceLogs(
  client: SwarmClient,
  { ID }: Service,
  tasks: readonly Task[],
  lines: number,
): Promise<string[]> {
  if (lines === 0) return [];
  const since = startOfRun(tasks) / 1_000;
  const path = `/services/${ID}/logs?stdout=1&stderr=1&timestamps=1&tail=${lines}&since=${since}`;
  try {
    const stream = await client.open(path, AbortSignal.timeout(LATE_MS));
    const found: string[] = [];
    const splitters = { stdout: createLineSplitter(keep), stderr: createLineSplitter(keep) };
    const push = createDemultiplexer((output, piece) => splitters[output].push(piece));
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      push(chunk);
      bytes += chunk.length;
      if (bytes > BYTE_LIMIT) break;
    }
    splitters.stdout.end();
    splitters.stderr.end();
    return found
      .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0))
      .slice(-lines)
      .map((line) => line.slice(line.indexOf(" ") + 1));

    function keep(line: string): void {
      found.push(line);
    }
  } catch (error) {
    if (error instanceof EngineError && error.code !== "unreachable") return []; // a log driver without a memory
    throw error;
  }
}

function timeOf(line: string): string {
  return line.slice(0, line.indexOf(" "));
}

/** When the oldest task that runs was made; without one the newest. */
function startOfRun(tasks: readonly Task[]): number {
  const times = (of: readonly Task[]): number[] => of.flatMap(({ CreatedAt }) => parseTime(CreatedAt) ?? []);
  const running = times(tasks.filter(({ Status }) => Status.State === "running"));
  return running.length > 0 ? Math.min(...running) : Math.max(0, ...times(tasks));
}

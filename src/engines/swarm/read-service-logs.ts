import { createDemultiplexer } from "../docker/demultiplex.ts";
import { parseTime } from "../docker/parse-time.ts";
import { createLineSplitter } from "../log-lines.ts";
import { EngineError } from "../../lifecycle/ports.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { endOf, hasFailed, replicasOf, type Service, type Task } from "./swarm-objects.ts";

const BYTE_LIMIT = 4 * 1024 * 1024;
const LATE_MS = 10_000;

interface Line {
  readonly time: string;
  readonly text: string;
}

/** Returns the last lines of all tasks of the current run, or of those that failed last, in order of time. */
export async function readServiceLogs(
  client: SwarmClient,
  service: Service,
  tasks: readonly Task[],
  lines: number,
): Promise<string[]> {
  const shown = tasksToShow(service, tasks);
  if (lines === 0 || shown.length === 0) return [];
  const since = Math.min(...shown.map(createdAt)) / 1_000;
  const path = `/services/${service.ID}/logs?stdout=1&stderr=1&timestamps=1&details=1&tail=${lines}&since=${since}`;
  try {
    const { stream } = await client.open(path, AbortSignal.timeout(LATE_MS));
    const ids = shown.map(({ ID }) => ID);
    const isShown = (details = ""): boolean => ids.some((id) => details.includes(id));
    const found = await collect(stream, service, isShown);
    const inOrder = found.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return inOrder.slice(-lines).map(({ text }) => text);
  } catch (error) {
    if (error instanceof EngineError && error.code !== "unreachable") return []; // a log driver that cannot be read
    throw error;
  }
}

/** Each line begins with its time and the details: node, service and task. */
const HEAD_WORDS = 2;

async function collect(
  stream: AsyncIterable<Buffer>,
  { Spec }: Service,
  isShown: (details: string | undefined) => boolean,
): Promise<readonly Line[]> {
  const found: Line[] = [];
  const keep = (text: string, [time = "", details]: readonly string[]): void => {
    if (isShown(details)) found.push({ time, text });
  };
  const splitters = { stdout: createLineSplitter(keep, HEAD_WORDS), stderr: createLineSplitter(keep, HEAD_WORDS) };
  // With a terminal there is only one output, which Docker sends without frames.
  const push = Spec.TaskTemplate?.ContainerSpec?.TTY
    ? (chunk: Buffer) => splitters.stdout.push(chunk)
    : createDemultiplexer((output, piece) => splitters[output].push(piece));
  let bytes = 0;
  for await (const chunk of stream) {
    push(chunk);
    bytes += chunk.length;
    if (bytes > BYTE_LIMIT) break;
  }
  splitters.stdout.end();
  splitters.stderr.end();
  return found;
}

/** Returns, for each slot, the newest task with output: one of this run, or one that failed in it. */
function tasksToShow({ Spec, UpdatedAt }: Service, tasks: readonly Task[]): readonly Task[] {
  const updatedMs = parseTime(UpdatedAt) ?? 0;
  const isOfRun = (task: Task): boolean =>
    task.DesiredState === "running" || (hasFailed(task) && endOf(task) >= updatedMs);
  const begun = tasks.filter(({ Status }) => Status.ContainerStatus?.ContainerID);
  const current = replicasOf(Spec) === 0 ? begun : begun.filter(isOfRun);
  const newestFirst = current.toSorted((a, b) => createdAt(b) - createdAt(a));
  return newestFirst.filter((task, at) => newestFirst.findIndex(({ Slot }) => Slot === task.Slot) === at);
}

function createdAt({ CreatedAt }: Task): number {
  return parseTime(CreatedAt) ?? 0;
}

import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import { createLineSplitter } from "../log-lines.ts";
import type { DockerClient } from "./client.ts";
import { createDemultiplexer } from "./demultiplex.ts";
import { openResponse } from "./open-response.ts";
import { parseTime } from "./parse-time.ts";

/** The rest of a larger response is not read, because lines this long are cut anyway. */
const BYTE_LIMIT = 4 * 1024 * 1024;

/**
 * Returns the last lines of both outputs of the current run, or of the last one if it has ended. Docker's log contains
 * all runs, but only this one shows a waiting person the progress of the start, or why it failed.
 */
export async function readLogs(client: DockerClient, found: ContainerInspectInfo, lines: number): Promise<string[]> {
  try {
    return await client.call(async (docker, abortSignal) => {
      const collector = createCollector(found.Config.Tty, lines);
      for await (const chunk of openLog(docker, found, { lines, abortSignal })) collector.push(chunk);
      return collector.end();
    });
  } catch (error) {
    if (isUnreadable(error)) return [];
    throw error;
  }
}

interface Collector {
  readonly push: (chunk: Buffer) => void;
  readonly end: () => string[];
}

function createCollector(tty: boolean, lines: number): Collector {
  const kept: string[] = [];
  const keep = (line: string): void => {
    if (kept.push(line) > lines) kept.shift();
  };
  const outputs = { stdout: createLineSplitter(keep), stderr: createLineSplitter(keep) };
  return {
    // With a terminal there is only one output, which Docker sends without frames.
    push: tty
      ? (chunk) => outputs.stdout.push(chunk)
      : createDemultiplexer((output, piece) => outputs[output].push(piece)),
    end() {
      outputs.stdout.end();
      outputs.stderr.end();
      return kept;
    },
  };
}

async function* openLog(
  docker: Docker,
  found: ContainerInspectInfo,
  { lines, abortSignal }: { readonly lines: number; readonly abortSignal: AbortSignal },
): AsyncGenerator<Buffer> {
  const since = startOfRun(found.State);
  const query = { stdout: true, stderr: true, tail: lines, ...(since > 0 && { since }) };
  const answer = await openResponse(docker, `/containers/${found.Id}/logs`, query, abortSignal);
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    yield chunk;
    bytes += chunk.length;
    if (bytes > BYTE_LIMIT) break;
  }
}

/**
 * Returns the time in seconds at which the lines of this run begin. Docker records the start a little after the
 * program's first output, and the end a little before its last, so the border is between the previous end and this
 * start.
 */
export function startOfRun({ StartedAt, FinishedAt, Running }: ContainerInspectInfo["State"]): number {
  const started = parseTime(StartedAt);
  if (started === undefined) return 0;
  const ended = Running ? parseTime(FinishedAt) : undefined;
  if (Running && ended === undefined) return 0;
  const gap = ended === undefined ? 2_000 : Math.max(0, started - ended);
  return Math.max(0, started - Math.min(gap / 2, 5_000)) / 1000;
}

/** Returns true for the error of log drivers that cannot be read (`none`, `syslog`, …). */
function isUnreadable(error: unknown): boolean {
  return error instanceof EngineError && error.code !== "unreachable";
}

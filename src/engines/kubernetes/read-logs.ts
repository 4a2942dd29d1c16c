import { EngineError } from "../../lifecycle/ports.ts";
import { createLineSplitter } from "../log-lines.ts";
import type { ContainerStatus, Pod } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { crashOf, isEnding, isReady, mainContainer } from "./pod-state.ts";

/** Returns the last lines of the most relevant pod: failing ones first, then the newest. */
export async function readLogs(client: KubernetesClient, pods: readonly Pod[], lines: number): Promise<string[]> {
  const pod = pods.toSorted(byInterest)[0];
  const source = pod && sourceOf(pod);
  if (pod === undefined || source === undefined) return [];
  const { namespace, name } = pod.metadata;
  const read = async (previous: boolean): Promise<string[]> => {
    const query = `container=${source.container}&tailLines=${lines}&limitBytes=${BYTE_LIMIT}&previous=${previous}`;
    const text = await client.text(`/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`).catch(unreadable);
    return text.startsWith("unable to retrieve container logs for ") ? [] : toLines(text, lines);
  };
  const first = await read(source.previous);
  return first.length > 0 || !source.hasOther ? first : read(!source.previous);
}

const BYTE_LIMIT = 4 * 1024 * 1024;

/** Returns an empty log for a container that has not started yet, or whose node is gone. */
function unreadable(error: unknown): string {
  if (error instanceof EngineError && error.code !== "unreachable" && error.code !== "forbidden") return "";
  throw error;
}

interface LogSource {
  readonly container: string;
  /**
   * Read the log of the previous run. Only while a new run is in progress: the log of a container that is down is that
   * of its last run.
   */
  readonly previous: boolean;
  readonly hasOther: boolean;
}

function sourceOf({ metadata, spec, status }: Pod): LogSource | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const failed = statuses.find((one) => crashOf(one) !== undefined);
  const container = failed?.name ?? mainContainer(spec, metadata.annotations)?.name;
  if (container === undefined) return undefined;
  const hasCrashed = failed !== undefined && (failed.restartCount ?? 0) > 0;
  return { container, previous: hasCrashed && isRunning(failed), hasOther: hasCrashed };
}

function isRunning({ state }: ContainerStatus): boolean {
  return state?.running !== undefined;
}

function byInterest(a: Pod, b: Pod): number {
  return rank(a) - rank(b) || (created(a) < created(b) ? 1 : -1);
}

function rank(pod: Pod): number {
  if (isEnding(pod)) return 2;
  return isReady(pod) ? 1 : 0;
}

function created({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? "";
}

function toLines(text: string, most: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  splitter.push(Buffer.from(text));
  splitter.end();
  return lines.slice(-most);
}

import type { ExitFacts, Instance, Observation } from "../../core/observation.ts";
import { noInstances } from "../../core/observation.ts";
import { endpointPorts } from "../../core/target-ports.ts";
import type { WorkloadRef } from "../../lifecycle/ports.ts";
import { parseTime } from "../docker/parse-time.ts";
import { nearestNumber } from "./exact-json.ts";
import { endOf, hasFailed, isAlive, isBeingUpdated, replicasOf, type Service, type Task } from "./swarm-objects.ts";
import { servicePorts, type SwarmView, taskEndpoints } from "./task-endpoints.ts";

/** Converts a service and its tasks to an observation. `startedAtMs`: since when it has run without a break. */
export function observeService(
  ref: WorkloadRef,
  service: Service,
  { tasks, view, startedAtMs }: { tasks: readonly Task[]; view: SwarmView; startedAtMs: number | undefined },
): Observation {
  const wanted = replicasOf(service.Spec) ?? tasks.length;
  const common = {
    name: ref.name,
    id: service.ID,
    health: "none",
    image: imageOf(service),
    labels: service.Spec.Labels ?? {},
    exposedPorts: servicePorts(service),
    version: String(service.Version.Index),
    stopTimeoutMs: stopTimeoutOf(service),
  } as const;
  const last = lastEnded(tasks, parseTime(service.UpdatedAt) ?? 0);
  if (wanted === 0)
    return {
      ...noInstances(),
      ...common,
      status: "stopped",
      startedAtMs: undefined,
      exit: last,
    };
  const instances = tasks.filter(isRunning).map((task) => toInstance(ref, task, service, view));
  const isUp = instances.some(({ ending }) => !ending);
  // Swarm restarts failed tasks according to the restart policy.
  const isFailing = !isUp && last !== undefined && tasks.every((task) => !isStarting(task, last));
  const note = isUp ? "" : noteOf(tasks);
  const trouble = troubleOf(isFailing ? last.message : note);
  return {
    ...common,
    status: isFailing ? "restarting" : "running",
    instances,
    wanted,
    note,
    ...(trouble && { trouble }),
    ...(isBeingUpdated(service) && { updating: true }),
    startedAtMs,
    exit: isFailing ? last : undefined,
  };
}

/** Returns the image of a service, without the digest that Swarm adds. */
export function imageOf({ Spec }: Service): string {
  return (Spec.TaskTemplate?.ContainerSpec?.Image ?? "").replace(/@sha256:.*$/, "");
}

/** Returns the stop timeout of a service's tasks, which Swarm stores in nanoseconds; the default is 10 s. */
export function stopTimeoutOf({ Spec }: Service): number {
  return nearestNumber(Spec.TaskTemplate?.ContainerSpec?.StopGracePeriod ?? 10_000_000_000) / 1_000_000;
}

function isRunning({ Status }: Task): boolean {
  return Status.State === "running";
}

function toInstance(ref: WorkloadRef, task: Task, service: Service, view: SwarmView): Instance {
  const startedAtMs = parseTime(task.Status.Timestamp);
  const ending = task.DesiredState !== "running";
  return {
    id: task.ID,
    ready: !ending,
    ending,
    node: task.NodeID ?? "",
    ...(startedAtMs !== undefined && { startedAtMs }),
    endpoints: endpointPorts(ref, servicePorts(service)).flatMap(({ port, ...about }) =>
      taskEndpoints(task, service, view, port).map((endpoint) => ({ ...endpoint, ...about })),
    ),
  };
}

/** Returns how the last task ended; ignores former tasks from before the last update, which belong to another run. */
function lastEnded(tasks: readonly Task[], sinceMs: number): ExitFacts | undefined {
  const failed = tasks.filter((task) => hasFailed(task) && endOf(task) >= sinceMs);
  const [newest] = failed.toSorted((a, b) => endOf(b) - endOf(a));
  if (newest === undefined) return undefined;
  const { Err = "", Message = "", ContainerStatus } = newest.Status;
  const code = ContainerStatus?.ExitCode ?? (newest.Status.State === "complete" ? 0 : 1);
  return { code, oomKilled: /OOM|out of memory/i.test(Err), message: Err || Message, atMs: endOf(newest) };
}

/**
 * Returns whether a task is starting: the first one, or the successor of the last failed one after its restart delay.
 */
function isStarting(task: Task, last: ExitFacts): boolean {
  if (!isAlive(task) || task.DesiredState !== "running") return false;
  return (parseTime(task.CreatedAt) ?? 0) > (last.atMs ?? 0) && PROGRESS.has(task.Status.State);
}

const PROGRESS = new Set(["starting", "running"]);

function troubleOf(message: string): Observation["trouble"] {
  if (message.startsWith("no suitable node")) return "unschedulable";
  return /^no such image/i.test(message) ? "image" : undefined;
}

function noteOf(tasks: readonly Task[]): string {
  const waiting = tasks.filter(
    (task) => isAlive(task) && task.DesiredState !== "shutdown" && task.DesiredState !== "remove",
  );
  const fault = waiting.find(({ Status }) => Status.Err)?.Status.Err;
  if (fault !== undefined) return fault;
  const states = new Set(waiting.map(({ Status }) => Status.State));
  if (states.has("starting")) return "its task starts";
  if (states.has("preparing")) return "a node prepares its image and network";
  return states.size > 0 ? "waiting for a node" : "";
}

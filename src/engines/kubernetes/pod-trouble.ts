import type { ExitFacts, Observation } from "../../core/observation.ts";
import type { Condition, ContainerStatus, Pod, ScalableObject } from "./api-types.ts";
import { crashOf, isEnding, isLive, isReady, statusesOf } from "./pod-state.ts";

/** Why a workload is not ready. */
export interface PodTrouble {
  /** One line: what Kubernetes is waiting for; empty: unknown. */
  readonly note: string;
  /** The kind of the trouble; absent: none of the known ones. */
  readonly trouble?: Observation["trouble"];
  /** The latest crash, if all pods that could serve have crashed. */
  readonly crash?: ExitFacts;
}

/** Determines why no pod is ready, from what Kubernetes reports about the workload and its pods. */
export function findTrouble({ status }: Pick<ScalableObject, "status">, pods: readonly Pod[]): PodTrouble {
  const [ending, current] = [pods.filter(isEnding), pods.filter((pod) => isLive(pod) && !isEnding(pod))];
  if (current.some(isReady)) return { note: "" };
  if (current.length === 0) return { note: withoutPods(status?.conditions, ending) };
  const crashes = current.map(crashOfPod);
  const newest = crashes.reduce((one, other) => ((other?.atMs ?? 0) > (one?.atMs ?? 0) ? other : one));
  const notes = current.map(noteOf);
  const first = notes.find(({ trouble }) => trouble) ?? notes.find(({ note }) => note !== "") ?? { note: "" };
  if (newest === undefined || crashes.includes(undefined)) return first;
  return { note: first.note, crash: newest };
}

function withoutPods(conditions: readonly Condition[] = [], ending: readonly Pod[]): string {
  const refused = conditions.find(
    ({ type, status, reason }) =>
      (type === "ReplicaFailure" && status === "True") || (status === "False" && reason === "ReplicaSetCreateError"),
  );
  if (refused !== undefined) return `no pod can be created: ${oneLine(refused.message)}`;
  // A StatefulSet's pod keeps its name, so its successor is created only after its end. Why no pod can be created is
  // reported only in events, which the gateway has no permission to read.
  return ending.length > 0 ? "its former pod must end first" : "no pod was created yet";
}

function noteOf(pod: Pod): PodTrouble {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False")
    return { note: `no node has room: ${oneLine(scheduled.message)}`, trouble: "unschedulable" };
  for (const container of statusesOf(pod)) {
    const { reason = "", message } = container.state?.waiting ?? {};
    const words = message === undefined ? "" : `: ${oneLine(message)}`;
    if (IMAGE_FAULTS.has(reason))
      return { note: `the image ${container.image} cannot be pulled (${reason})${words}`, trouble: "image" };
    if (CREATE_FAULTS.has(reason)) return { note: `the container cannot be created (${reason})${words}` };
    const crash = crashOf(container);
    if (crash !== undefined) return { note: crashNote(container, crash.exitCode, crash.reason) };
  }
  if (failsProbe(pod)) return { note: "its readiness probe has not passed", trouble: "unhealthy" };
  return { note: pod.status?.podIP === undefined ? "the pod is being created" : "" };
}

function crashNote({ name }: ContainerStatus, exitCode: number, reason = ""): string {
  const why = reason === "OOMKilled" ? "ran out of memory" : `ended with exit code ${exitCode}`;
  return `container ${name} ${why} and is restarted`;
}

function crashOfPod(pod: Pod): ExitFacts | undefined {
  for (const container of statusesOf(pod)) {
    const crash = crashOf(container);
    if (crash === undefined) continue;
    const atMs = Date.parse(crash.finishedAt ?? "");
    return {
      code: crash.exitCode,
      oomKilled: crash.reason === "OOMKilled",
      message: oneLine(crash.message),
      atMs: Number.isNaN(atMs) ? undefined : atMs,
    };
  }
  return undefined;
}

function failsProbe(pod: Pod): boolean {
  const { containers } = pod.spec;
  return (pod.status?.containerStatuses ?? []).some(({ name, ready, state }) => {
    if (ready || state?.running === undefined) return false;
    return containers.some((one) => one.name === name && one.readinessProbe !== undefined);
  });
}

/** Returns a message as one line, without the scheduler's remarks on preemption. */
function oneLine(message = ""): string {
  const [line = ""] = message.split(/\. preemption:|\n/);
  return line.trim().replace(/\.$/, "").slice(0, 300);
}

const IMAGE_FAULTS: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
]);
const CREATE_FAULTS: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

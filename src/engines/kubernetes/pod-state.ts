import type { ContainerSpec, ContainerStatus, Pod, PodSpec, Terminated } from "./api-types.ts";

/** Returns the default container of a pod, as kubectl does: the one in the annotation, else the first. */
export function mainContainer(
  spec: PodSpec,
  annotations: Readonly<Record<string, string>> = {},
): ContainerSpec | undefined {
  const named = annotations["kubectl.kubernetes.io/default-container"];
  return spec.containers.find(({ name }) => name === named) ?? spec.containers[0];
}

/** Returns false for a pod that was evicted or has completed, whose object remains. */
export function isLive({ status }: Pod): boolean {
  return status?.phase !== "Failed" && status?.phase !== "Succeeded";
}

/** Returns whether a pod is terminating. */
export function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/**
 * Returns whether requests to a pod may be tried: when its readiness probe has passed, or without one as soon as it has
 * an address, which is up to a second before Kubernetes considers it ready.
 */
export function mayBeTried(pod: Pod): boolean {
  const { spec, status } = pod;
  if (!status?.podIP || isEnding(pod) || !isLive(pod)) return false;
  if (spec.containers.some(({ readinessProbe }) => readinessProbe !== undefined)) return isReady(pod);
  return !statusesOf(pod).some((one) => one.state?.terminated !== undefined || isBackingOff(one));
}

/** Returns whether Kubernetes considers a pod ready. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

/** Returns the statuses of a pod's containers, init containers first. */
export function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/**
 * Returns how a container crashed that is down or not ready since then. Its state is `terminated` for most of the
 * back-off; `CrashLoopBackOff` is shown only shortly before the next try.
 */
export function crashOf({ state, lastState, ready, restartCount = 0 }: ContainerStatus): Terminated | undefined {
  if (state?.terminated !== undefined) return state.terminated.exitCode === 0 ? undefined : state.terminated;
  return ready || restartCount === 0 ? undefined : lastState?.terminated;
}

function isBackingOff({ state }: ContainerStatus): boolean {
  return state?.waiting?.reason === "CrashLoopBackOff";
}

import type { ContainerSpec, ContainerStatus, Pod, PodSpec, Terminated } from "./api-types.ts";

/** Returns the container that is meant where nobody names one: by annotation, as kubectl does, else the first one. */
export function mainContainer(
  spec: PodSpec,
  annotations: Readonly<Record<string, string>> = {},
): ContainerSpec | undefined {
  const named = annotations["kubectl.kubernetes.io/default-container"];
  return spec.containers.find(({ name }) => name === named) ?? spec.containers[0];
}

/** Returns whether a pod counts: one that was evicted, or has done its work, stays as a record of that. */
export function isLive({ status }: Pod): boolean {
  return status?.phase !== "Failed" && status?.phase !== "Succeeded";
}

/** Returns whether its deletion was requested. */
export function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/**
 * Returns whether it may be tried. A readiness probe has the word where there is one; else a pod is tried as soon as it has
 * an address, which is up to a second before Kubernetes calls it ready.
 */
export function mayBeTried(pod: Pod): boolean {
  const { spec, status } = pod;
  if (!status?.podIP || isEnding(pod) || !isLive(pod)) return false;
  if (spec.containers.some(({ readinessProbe }) => readinessProbe !== undefined)) return isReady(pod);
  return !statusesOf(pod).some((one) => one.state?.terminated !== undefined || isBackingOff(one));
}

/** Returns whether Kubernetes calls it ready. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

/** Returns the statuses of its containers, those that prepare it first. */
export function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/**
 * Returns how a container ended that is down, or not ready, after a crash. Its state is `terminated` for most of the
 * back-off; `CrashLoopBackOff` shows only shortly before the next try.
 */
export function crashOf({ state, lastState, ready, restartCount = 0 }: ContainerStatus): Terminated | undefined {
  if (state?.terminated !== undefined) return state.terminated.exitCode === 0 ? undefined : state.terminated;
  return ready || restartCount === 0 ? undefined : lastState?.terminated;
}

function isBackingOff({ state }: ContainerStatus): boolean {
  return state?.waiting?.reason === "CrashLoopBackOff";
}

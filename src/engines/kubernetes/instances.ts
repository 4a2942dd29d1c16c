import type { Endpoint, Instance } from "../../core/observation.ts";
import type { Pod } from "./api-types.ts";
import { isEnding, isLive } from "./pod-state.ts";

/** How pods are reached. */
export interface PodReach {
  /** Returns whether a pod may be sent requests. */
  readonly mayBeTried: (pod: Pod) => boolean;
  readonly endpointsOf: (pod: Pod) => readonly Endpoint[];
}

/** Converts pods to instances, oldest first. */
export function toInstances(pods: readonly Pod[], reach: PodReach): Instance[] {
  const instances = pods.filter(isLive).map((pod) => toInstance(pod, reach));
  return instances.toSorted((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
}

function toInstance(pod: Pod, reach: PodReach): Instance {
  const { metadata, spec } = pod;
  const startedAtMs = startedAt(pod);
  return {
    id: metadata.uid,
    ready: reach.mayBeTried(pod),
    ending: isEnding(pod),
    node: spec.nodeName ?? "",
    ...(startedAtMs !== undefined && { startedAtMs }),
    endpoints: reach.endpointsOf(pod),
  };
}

function startOf({ startedAtMs = Number.POSITIVE_INFINITY }: Instance): number {
  return startedAtMs;
}

/** Returns when the pod's containers started; a restarted container is a new run. */
function startedAt({ status }: Pod): number | undefined {
  const times = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.running?.startedAt ?? ""));
  const known = times.filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? undefined : Math.max(...known);
}

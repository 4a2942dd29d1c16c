import type { Endpoint, Instance } from "../../core/observation.ts";
import type { Pod } from "./api-types.ts";
import { isEnding, isLive, mayBeTried } from "./pod-state.ts";

/** A port of a pod, and what else its endpoint is to say. */
export type PodPort = Pick<Endpoint, "port" | "targetPort" | "afterMs">;

/** Turns pods into instances, the oldest first. */
export function toInstances(pods: readonly Pod[], ports: readonly PodPort[]): Instance[] {
  const instances = pods.filter(isLive).map((pod) => toInstance(pod, ports));
  return instances.toSorted((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
}

function toInstance(pod: Pod, ports: readonly PodPort[]): Instance {
  const { metadata, spec, status } = pod;
  const host = status?.podIP;
  const startedAtMs = startedAt(pod);
  return {
    id: metadata.uid,
    ready: mayBeTried(pod),
    ending: isEnding(pod),
    node: spec.nodeName ?? "",
    ...(startedAtMs !== undefined && { startedAtMs }),
    endpoints: host === undefined ? [] : ports.map((port) => ({ host, published: false, ...port })),
  };
}

function startOf({ startedAtMs = Number.POSITIVE_INFINITY }: Instance): number {
  return startedAtMs;
}

/** A container that was restarted in its pod is a new run. */
function startedAt({ status }: Pod): number | undefined {
  const times = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.running?.startedAt ?? ""));
  const known = times.filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? undefined : Math.max(...known);
}

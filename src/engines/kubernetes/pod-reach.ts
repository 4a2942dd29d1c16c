import type { EndpointPort } from "../../core/target-ports.ts";
import type { WorkloadRef } from "../../lifecycle/ports.ts";
import type { ScalableObject, Service } from "./api-types.ts";
import type { PodReach } from "./instances.ts";
import { createPortFinder } from "./pod-ports.ts";
import { isReady, mayBeTried } from "./pod-state.ts";
import { serviceEndpoints } from "./service-endpoints.ts";
import type { FindServices } from "./services.ts";

/** The way to the pods of a cluster, as the configuration has it. */
export interface ClusterRoute {
  readonly address: "pod" | "service";
  /** Where node ports are found; empty: at the node of each pod. */
  readonly reach: string;
}

/** Finds out how the pods of a workload are reached. */
export type FindReach = (ref: WorkloadRef, object: ScalableObject) => Promise<PodReach>;

/** Makes a finder. */
export function createReachFinder(services: FindServices, { address, reach }: ClusterRoute): FindReach {
  const ports = createPortFinder(services);
  return async (ref, object) => {
    const tried = await ports.portsFor(ref, object);
    return address === "pod" ? reachPods(tried) : byServices(await services(object), tried, reach);
  };
}

/** At their own addresses. */
export function reachPods(ports: readonly EndpointPort[]): PodReach {
  return {
    mayBeTried,
    endpointsOf({ status }) {
      const host = status?.podIP;
      return host === undefined ? [] : ports.map((port) => ({ host, published: false, ...port }));
    },
  };
}

/** A Service routes to no pod before Kubernetes reports it as ready, except perhaps to one that is terminating. */
function byServices(services: readonly Service[], ports: readonly EndpointPort[], reach: string): PodReach {
  return {
    mayBeTried: (pod) => mayBeTried(pod) && isReady(pod),
    endpointsOf: (pod) => serviceEndpoints(services, pod, ports, reach),
  };
}

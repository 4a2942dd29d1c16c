import type { EndpointPort } from "../../core/target-ports.ts";
import type { WorkloadRef } from "../../lifecycle/ports.ts";
import type { ScalableObject, Service } from "./api-types.ts";
import type { PodReach } from "./instances.ts";
import { createPortFinder } from "./pod-ports.ts";
import { isReady, mayBeTried } from "./pod-state.ts";
import { serviceEndpoints } from "./service-endpoints.ts";
import type { FindServices } from "./services.ts";

/** The configured way to reach pods. */
export interface ClusterRoute {
  readonly address: "pod" | "service";
  /** The address of node ports; empty: the node of each pod. */
  readonly reach: string;
}

/** Determines how the pods of a workload are reached. */
export type FindReach = (ref: WorkloadRef, object: ScalableObject) => Promise<PodReach>;

/** Creates a finder. */
export function createReachFinder(services: FindServices, { address, reach }: ClusterRoute): FindReach {
  const ports = createPortFinder(services);
  return async (ref, object) => {
    const tried = await ports.portsFor(ref, object);
    return address === "pod" ? reachPods(tried) : byServices(await services(object), tried, reach);
  };
}

/** Reaches pods at their own addresses. */
export function reachPods(ports: readonly EndpointPort[]): PodReach {
  return {
    mayBeTried,
    endpointsOf({ status }) {
      const host = status?.podIP;
      return host === undefined ? [] : ports.map((port) => ({ host, published: false, ...port }));
    },
  };
}

/** Reaches pods through Services, which only route to pods that Kubernetes considers ready, or that are terminating. */
function byServices(services: readonly Service[], ports: readonly EndpointPort[], reach: string): PodReach {
  return {
    mayBeTried: (pod) => mayBeTried(pod) && isReady(pod),
    endpointsOf: (pod) => serviceEndpoints(services, pod, ports, reach),
  };
}

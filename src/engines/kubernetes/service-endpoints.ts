import type { Endpoint } from "../../core/observation.ts";
import type { Pod, Service, ServicePort } from "./api-types.ts";
import type { EndpointPort } from "../../core/target-ports.ts";
import { targetPortOf } from "./pod-ports.ts";

/**
 * Returns the addresses of a pod from outside its cluster: a port of its node or of the node in `reach`, and load
 * balancers. These may route to another pod of the same Service.
 */
export function serviceEndpoints(
  services: readonly Service[],
  pod: Pod,
  ports: readonly EndpointPort[],
  reach: string,
): readonly Endpoint[] {
  const node = reach || pod.status?.hostIP;
  return ports.flatMap((wanted) =>
    services.flatMap((service) =>
      (service.spec.ports ?? [])
        .filter((port) => targetPortOf(port, pod.spec) === wanted.port)
        .flatMap((port) => [...nodePorts(port, node), ...balancers(service, port)])
        .map((place) => ({ ...wanted, ...place, published: true })),
    ),
  );
}

type Address = Pick<Endpoint, "host" | "port">;

function nodePorts({ nodePort }: ServicePort, host: string | undefined): Address[] {
  return nodePort === undefined || host === undefined ? [] : [{ host, port: nodePort }];
}

function balancers({ status }: Service, { port }: ServicePort): Address[] {
  const places = status?.loadBalancer?.ingress ?? [];
  return places.flatMap(({ ip, hostname }) => {
    const host = ip ?? hostname;
    return host === undefined ? [] : [{ host, port }];
  });
}

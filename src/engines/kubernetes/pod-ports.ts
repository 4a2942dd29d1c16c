import { type EndpointPort, endpointPorts } from "../../core/target-ports.ts";
import type { WorkloadRef } from "../../lifecycle/ports.ts";
import type { ContainerSpec, PodSpec, ScalableObject, Service, ServicePort } from "./api-types.ts";
import { mainContainer } from "./pod-state.ts";
import type { FindServices } from "./services.ts";

/** Determines the ports on which a workload's pods may listen. */
export interface PortFinder {
  /** Returns the configured port, or those of its pod template or its Service and 80; and the ports that hosts name. */
  portsFor(ref: WorkloadRef, object: ScalableObject): Promise<readonly EndpointPort[]>;
}

/** Creates a finder. */
export function createPortFinder(services: FindServices): PortFinder {
  /** Returns the exposed ports: that of its Service, if the pod declares several ports or none. */
  async function exposed(object: ScalableObject): Promise<readonly number[]> {
    const declared = declaredPorts(object);
    if (declared.length === 1) return declared;
    const { spec } = object.spec.template;
    const served = targetPorts(await services(object), spec);
    if (served.length > 0) return served;
    return declared.length > 0 ? declared : spec.containers.flatMap(tcpPorts);
  }

  return {
    async portsFor(ref, object) {
      return endpointPorts(ref, ref.findsPort ? await exposed(object) : []);
    },
  };
}

/** Returns the TCP ports that the pod template declares for the main container. */
export function declaredPorts({ spec: { template } }: ScalableObject): readonly number[] {
  const main = mainContainer(template.spec, template.metadata?.annotations);
  return main === undefined ? [] : tcpPorts(main);
}

function tcpPorts({ ports = [] }: ContainerSpec): number[] {
  return ports.filter(isTcp).map(({ containerPort }) => containerPort);
}

function targetPorts(services: readonly Service[], pod: PodSpec): number[] {
  const ports = services.flatMap(({ spec }) => spec.ports ?? []).filter(isTcp);
  return [...new Set(ports.flatMap((port) => targetPortOf(port, pod) ?? []))];
}

/**
 * Returns the pod's port to which a Service's port is routed; `undefined` if no container has a port with that name.
 */
export function targetPortOf({ port, targetPort = port }: ServicePort, { containers }: PodSpec): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  return containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort)?.containerPort;
}

function isTcp({ protocol = "TCP" }: { readonly protocol?: string }): boolean {
  return protocol === "TCP";
}

import { portsToTry } from "../../core/target-ports.ts";
import type { WorkloadRef } from "../../lifecycle/ports.ts";
import type { ScalableObject, Service } from "./api-types.ts";
import type { PodPort } from "./instances.ts";
import { mainContainer } from "./pod-state.ts";
import type { FindServices } from "./services.ts";

/** Finds out on which ports a workload's pods may listen. */
export interface PortFinder {
  /** The configured port, or those that its pod template or its Service names, and 80. */
  portsFor(ref: WorkloadRef, object: ScalableObject): Promise<readonly PodPort[]>;
}

/** Makes a finder. */
export function createPortFinder(services: FindServices): PortFinder {
  async function exposed(object: ScalableObject): Promise<readonly number[]> {
    const declared = declaredPorts(object);
    return declared.length > 0 ? declared : servicePorts(await services(object));
  }

  return {
    async portsFor({ targetPort, findsPort }: WorkloadRef, object: ScalableObject): Promise<readonly PodPort[]> {
      if (!findsPort) return targetPort === undefined ? [] : [{ port: targetPort }];
      return portsToTry(await exposed(object), false).map(({ port, afterMs }) => {
        return { port, targetPort: port, ...(afterMs > 0 && { afterMs }) };
      });
    },
  };
}

/** Returns the TCP ports of the main container, as its pod template declares them. */
export function declaredPorts({ spec: { template } }: ScalableObject): readonly number[] {
  const ports = mainContainer(template.spec, template.metadata?.annotations)?.ports ?? [];
  return ports.filter(({ protocol = "TCP" }) => protocol === "TCP").map(({ containerPort }) => containerPort);
}

/** A named target port needs a declaration in the template, so that only numbers are of use. */
function servicePorts(services: readonly Service[]): readonly number[] {
  const ports = services.flatMap(({ spec }) => spec.ports ?? []).map(({ targetPort }) => targetPort);
  return [...new Set(ports.filter((port) => typeof port === "number"))];
}

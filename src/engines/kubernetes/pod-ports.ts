import { portsToTry } from "../../core/target-ports.ts";
import { EngineError, type WorkloadRef } from "../../lifecycle/ports.ts";
import type { List, ScalableObject, Service } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import type { PodPort } from "./instances.ts";
import { mainContainer } from "./pod-state.ts";

/** Finds out on which ports a workload's pods may listen. */
export interface PortFinder {
  /** The configured port, or those that its pod template or its Service names, and 80. */
  portsFor(ref: WorkloadRef, object: ScalableObject): Promise<readonly PodPort[]>;
}

/** Makes a finder that keeps for a minute what Services say. */
export function createPortFinder(client: KubernetesClient, now: () => number = () => performance.now()): PortFinder {
  const known = new Map<string, { readonly ports: readonly number[]; readonly untilMs: number }>();

  async function exposed(object: ScalableObject): Promise<readonly number[]> {
    const declared = declaredPorts(object);
    if (declared.length > 0) return declared;
    const { uid } = object.metadata;
    const kept = known.get(uid);
    if (kept !== undefined && kept.untilMs > now()) return kept.ports;
    const ports = await servicePorts(client, object);
    known.set(uid, { ports, untilMs: now() + KEEP_MS });
    return ports;
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

const KEEP_MS = 60_000;

/** Returns the TCP ports of the main container, as its pod template declares them. */
export function declaredPorts({ spec: { template } }: ScalableObject): readonly number[] {
  const ports = mainContainer(template.spec, template.metadata?.annotations)?.ports ?? [];
  return ports.filter(({ protocol = "TCP" }) => protocol === "TCP").map(({ containerPort }) => containerPort);
}

/** A named target port needs a declaration in the template, so that only numbers are of use. */
async function servicePorts(client: KubernetesClient, object: ScalableObject): Promise<readonly number[]> {
  try {
    const { items } = await client.get<List<Service>>(`/api/v1/namespaces/${object.metadata.namespace}/services`);
    const labels = object.spec.template.metadata?.labels ?? {};
    const ports = (items ?? []).filter((service) => selects(service, labels)).flatMap(({ spec }) => spec.ports ?? []);
    return [...new Set(ports.map(({ targetPort }) => targetPort).filter((port) => typeof port === "number"))];
  } catch (error) {
    if (error instanceof EngineError && error.code === "forbidden") return [];
    throw error;
  }
}

function selects({ spec: { selector = {} } }: Service, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

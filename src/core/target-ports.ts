import type { Endpoint } from "./observation.ts";

/** A port on which an app may listen; `afterMs`: not trusted before its container has run for so long. */
export interface PortToTry {
  readonly port: number;
  readonly afterMs: number;
}

const HTTP_PORT = 80;
/** An image that exposes 80 means it; its other port may be one that opens first (metrics, WebSockets). */
const SECOND_CHOICE_AFTER_MS = 3_000;

/**
 * Returns the ports to try for an app without `target_port`, the most likely first, given the TCP ports that its image
 * exposes. People move ports, so 80 is tried in addition to the exposed one; on a shared network (`isShared`) 80 may
 * belong to another container.
 */
export function portsToTry(exposed: readonly number[], isShared: boolean): readonly PortToTry[] {
  const [other, ...more] = exposed.filter((port) => port !== HTTP_PORT);
  const http = { port: HTTP_PORT, afterMs: 0 };
  if (other === undefined || more.length > 0) return [http];
  const tries = exposed.includes(HTTP_PORT)
    ? [http, { port: other, afterMs: SECOND_CHOICE_AFTER_MS }]
    : [{ port: other, afterMs: 0 }, http];
  return isShared ? tries.slice(0, 1) : tries;
}

/** A port inside of a container, and what its endpoints say besides their address. */
export type EndpointPort = Pick<Endpoint, "port" | "targetPort" | "namedPort" | "afterMs">;

/** Which ports of a workload have endpoints: the configured one, or those to try, and those that hosts name. */
export function endpointPorts(
  {
    targetPort,
    findsPort,
    namedPorts = [],
  }: {
    readonly targetPort: number | undefined;
    readonly findsPort?: boolean;
    readonly namedPorts?: readonly number[];
  },
  exposed: readonly number[],
  isShared = false,
): readonly EndpointPort[] {
  const named = namedPorts.map((port) => ({ port, namedPort: port }));
  if (!findsPort) return targetPort === undefined ? named : [{ port: targetPort }, ...named];
  const tried = portsToTry(exposed, isShared).map(({ port, afterMs }) => {
    return { port, targetPort: port, ...(afterMs > 0 && { afterMs }) };
  });
  return [...tried, ...named];
}

import type { Endpoint } from "./observation.ts";

/** A port on which an app may listen; it is not used before the container has run for `afterMs`. */
export interface PortToTry {
  readonly port: number;
  readonly afterMs: number;
}

const HTTP_PORT = 80;
/** An image that exposes 80 serves HTTP there; its other port (metrics, WebSockets) may only open earlier. */
const SECOND_CHOICE_AFTER_MS = 3_000;

/**
 * Returns the ports to try for an app without `target_port`, the most likely first, from the TCP ports that its image
 * exposes. Apps are often configured to another port than their image exposes, so 80 is tried as well, except on a
 * shared network (`isShared`), where it may belong to another container.
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

/** A port inside a container, with the other fields of its endpoints that depend on the port. */
export type EndpointPort = Pick<Endpoint, "port" | "targetPort" | "namedPort" | "afterMs">;

/** Returns the ports for which a workload has endpoints: its own one, or those to try, and those of single hosts. */
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

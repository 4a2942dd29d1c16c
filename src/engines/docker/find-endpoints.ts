import type { ContainerInspectInfo } from "dockerode";
import type { Endpoint } from "../../core/observation.ts";
import { isLoopback, type Viewpoint } from "./viewpoint.ts";

/** The part of an inspection with the addresses of a container, or of the container whose network it uses. */
export type NetworkFacts = {
  readonly HostConfig: Pick<ContainerInspectInfo["HostConfig"], "NetworkMode">;
  readonly NetworkSettings: Pick<ContainerInspectInfo["NetworkSettings"], "Networks" | "Ports">;
};

/**
 * Returns the addresses of a running container's port, best first. If the gateway can reach them, the container's own
 * addresses precede a published port, which goes through docker-proxy. `network` (its full name or Compose's short one)
 * restricts the choice to that network if the container is on it.
 */
export function findEndpoints(facts: NetworkFacts, from: Viewpoint, network: string, port: number): Endpoint[] {
  if (facts.HostConfig.NetworkMode === "host") return [{ host: from.hostAddress, port, published: false }];
  const own = ownAddresses(facts, from, network).map((host) => ({ host, port, published: false }));
  const published = publishedPorts(facts, from, port);
  if (from.mode === "container") return own;
  if (from.mode === "published") return published;
  if (from.sees === "nothing") return published.length > 0 ? published : own;
  // Without a shared network its own address is reachable only if Docker's network isolation is off.
  if (from.sees === "shared" && published.length > 0 && !sharesNetwork(facts, from, network)) return published;
  return [...own, ...published];
}

function ownAddresses(facts: NetworkFacts, from: Viewpoint, network: string): string[] {
  const networks = Object.entries(facts.NetworkSettings.Networks ?? {});
  const wanted = chosen(networks, network) ?? networks;
  return wanted
    .toSorted(([left], [right]) => rank(left, from) - rank(right, from) || (left < right ? -1 : 1))
    .flatMap(([, at]) => [at.IPAddress, at.GlobalIPv6Address])
    .filter(Boolean);
}

type NamedNetworks = [name: string, at: ContainerInspectInfo["NetworkSettings"]["Networks"][string]][];

function chosen(networks: NamedNetworks, wanted: string): NamedNetworks | undefined {
  if (wanted === "") return undefined;
  const found = networks.find(([name]) => name === wanted) ?? networks.find(([name]) => name.endsWith(`_${wanted}`));
  return found && [found];
}

function rank(name: string, from: Viewpoint): number {
  return from.shared.has(name) ? 0 : 1;
}

function sharesNetwork(facts: NetworkFacts, from: Viewpoint, network: string): boolean {
  const networks = Object.entries(facts.NetworkSettings.Networks ?? {});
  return chosen(networks, network) !== undefined || networks.some(([name]) => from.shared.has(name));
}

function publishedPorts(facts: NetworkFacts, from: Viewpoint, port: number): Endpoint[] {
  const bindings = facts.NetworkSettings.Ports?.[`${port}/tcp`] ?? [];
  const endpoints = bindings.flatMap(({ HostIp, HostPort }): Endpoint[] => {
    const host = reachableHost(HostIp, from.hostAddress);
    return host === undefined ? [] : [{ host, port: Number(HostPort), published: true }];
  });
  return endpoints.filter((one, at) => endpoints.findIndex((other) => isSame(one, other)) === at);
}

/** Returns the address under which the gateway reaches a port bound to `boundTo`; `undefined` if it cannot. */
export function reachableHost(boundTo: string, hostAddress: string): string | undefined {
  if (boundTo === "::" && isLoopback(hostAddress)) return "::1";
  if (boundTo === "" || boundTo === "0.0.0.0" || boundTo === "::") return hostAddress;
  if (isLoopback(boundTo)) return isLoopback(hostAddress) ? boundTo : undefined;
  return boundTo;
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}

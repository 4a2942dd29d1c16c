import type { ContainerInspectInfo } from "dockerode";
import { listeningPorts } from "./established.ts";
import { readTcpTables } from "./tcp-tables.ts";
import { exposedPorts } from "./to-observation.ts";

const MOST_PORTS = 16;

/**
 * Returns the TCP ports that show whether a container without a configured port is up: those on which it listens, if
 * its processes are visible and it does not share its network, else those that its image exposes.
 */
export async function knownPorts(found: ContainerInspectInfo): Promise<readonly number[]> {
  const tables = usesNetworkOfOthers(found) ? undefined : await readTcpTables(found);
  const ports = tables === undefined ? exposedPorts(found) : tables.flatMap(listeningPorts);
  return [...new Set(ports)].slice(0, MOST_PORTS);
}

/** Returns whether a container shares its network, whose ports may then belong to other containers. */
export function usesNetworkOfOthers({ HostConfig }: ContainerInspectInfo): boolean {
  return /^(?:host$|container:)/.test(HostConfig.NetworkMode ?? "");
}

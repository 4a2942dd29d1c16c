import type { ContainerInspectInfo } from "dockerode";
import { listeningPorts } from "./established.ts";
import { readTcpTables } from "./tcp-tables.ts";

const MOST_PORTS = 16;

/**
 * The TCP ports that tell whether a container of which nobody said a port is up: those that it listens on, where its
 * processes can be seen and its network is its own, else those that its image exposes.
 */
export async function knownPorts(found: ContainerInspectInfo): Promise<readonly number[]> {
  const isShared = /^(host$|container:)/.test(found.HostConfig.NetworkMode ?? "");
  const tables = isShared ? undefined : await readTcpTables(found);
  const ports = tables === undefined ? exposedPorts(found) : tables.flatMap(listeningPorts);
  return [...new Set(ports)].slice(0, MOST_PORTS);
}

function exposedPorts({ Config }: ContainerInspectInfo): number[] {
  const exposed = Object.keys(Config.ExposedPorts ?? {});
  return exposed.flatMap((each) => Number(/^(\d+)\/tcp$/.exec(each)?.[1] ?? []) || []);
}

import type { Connection } from "../docker/connection.ts";
import { isLoopback } from "../docker/viewpoint.ts";
import type { SwarmClient } from "./swarm-client.ts";
import type { Node, Task } from "./swarm-objects.ts";

/** The addresses of nodes, on which tasks publish ports in host mode. */
export interface NodeAddresses {
  /** Reads the nodes again if one of these tasks runs on an unknown one. */
  learn(tasks: readonly Task[]): Promise<void>;
  readonly of: (nodeId: string | undefined) => string | undefined;
}

/** Creates a cache of addresses, which only tasks with such ports require. */
export function createNodeAddresses(client: SwarmClient): NodeAddresses {
  let known: ReadonlyMap<string, string> = new Map();
  return {
    async learn(tasks) {
      const publishing = tasks.filter(({ Status }) => (Status.PortStatus?.Ports ?? []).length > 0);
      if (publishing.every(({ NodeID = "" }) => known.has(NodeID))) return;
      const nodes = await client.call<readonly Node[]>("GET", "/nodes");
      known = new Map(nodes.map(({ ID, Status }) => [ID, Status?.Addr ?? ""]));
    },
    of: (nodeId = "") => known.get(nodeId) || undefined,
  };
}

/** Returns the managers' addresses, where the routing mesh listens as on every node, including this machine. */
export function meshAddressesOf(managers: readonly Pick<Connection, "remoteHost">[]): readonly string[] {
  const hosts = managers.map(({ remoteHost: host }) => (host === undefined || isLoopback(host) ? "127.0.0.1" : host));
  return [...new Set(hosts)];
}

import type { WorkloadSettings } from "../../core/settings.ts";
import { hostOf, portOf } from "../schema/host-port.ts";
import type { Draft, GroupDraft } from "./draft.ts";

type Ports = Pick<WorkloadSettings, "targetPort" | "findsPort" | "hostPorts">;

/**
 * Determines the ports of a workload to which its hosts and those of its groups are routed. Hosts without a port use
 * `target_port`; without that key it is the first port of the hosts if all have one, else a port that must be found.
 */
export function settlePorts(draft: Draft, groups: readonly GroupDraft[]): Ports {
  const items = [...draft.hosts, ...groups.flatMap((group) => itemsFor(draft, group))];
  const { port: targetPort, isFound: findsPort = false } = ownPort(draft, items.map(portOf));
  const others = items.flatMap((item): [string, number][] => {
    const port = portOf(item);
    return port === undefined || (port === targetPort && !findsPort) ? [] : [[hostOf(item), port]];
  });
  return {
    targetPort,
    ...(findsPort && { findsPort }),
    ...(others.length > 0 && { hostPorts: Object.fromEntries(others) }),
  };
}

/** Returns a group's hosts for one member, whose labels may contain other ports. */
function itemsFor({ name, keys }: Draft, group: GroupDraft): readonly string[] {
  if (!group.members.includes(name)) return [];
  if (group.origin === "file") return group.hosts;
  return group.hosts.map((item) => keys.host?.find((own) => hostOf(own) === hostOf(item)) ?? item);
}

/** Returns the port of a workload: a dependency has one only if it is configured. */
function ownPort(
  { keys, process, isRequested }: Draft,
  named: readonly (number | undefined)[],
): { readonly port: number | undefined; readonly isFound?: boolean } {
  if (process !== undefined) return { port: process.port };
  if (keys.target_port !== undefined || !isRequested) return { port: keys.target_port };
  const [first] = named;
  if (first !== undefined && !named.includes(undefined)) return { port: first };
  return { port: HTTP_PORT, isFound: true };
}

const HTTP_PORT = 80;

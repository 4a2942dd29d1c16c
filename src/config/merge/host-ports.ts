import type { WorkloadSettings } from "../../core/settings.ts";
import { hostOf, portOf } from "../schema/host-port.ts";
import type { Draft, GroupDraft } from "./draft.ts";

type Ports = Pick<WorkloadSettings, "targetPort" | "findsPort" | "hostPorts">;

/**
 * Settles to which ports of a workload its hosts lead, and those of its groups: one that names no port to `target_port`.
 * Without that key it is the first port that hosts name if all of them do, else one that must be found.
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

/** What the group's hosts mean for one member: by labels each member may name ports of its own. */
function itemsFor({ name, keys }: Draft, group: GroupDraft): readonly string[] {
  if (!group.members.includes(name)) return [];
  if (group.origin === "file") return group.hosts;
  return group.hosts.map((item) => keys.host?.find((own) => hostOf(own) === hostOf(item)) ?? item);
}

/** A workload that is requested over HTTP has a port; a dependency has one only if it is configured. */
function ownPort(
  { keys, process, isAsked }: Draft,
  named: readonly (number | undefined)[],
): { readonly port: number | undefined; readonly isFound?: boolean } {
  if (process !== undefined) return { port: process.port };
  if (keys.target_port !== undefined || !isAsked) return { port: keys.target_port };
  const [first] = named;
  if (first !== undefined && !named.includes(undefined)) return { port: first };
  return { port: HTTP_PORT, isFound: true };
}

const HTTP_PORT = 80;

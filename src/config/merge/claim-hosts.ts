import { byName, type GroupDraft } from "./draft.ts";
import type { FormedGroups } from "./form-groups.ts";
import type { FileConfig } from "../parse/load-config.ts";
import type { Labelled } from "./read-labelled.ts";
import { type Claim, settleHosts } from "./settle-hosts.ts";

/** The owners of all hosts. */
export interface ClaimedHosts {
  /** The groups that own a host or configured none, those of the file first. */
  readonly groups: readonly GroupDraft[];
  readonly ofContainer: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

/**
 * Decides which group or container owns each host: the file takes precedence over labels, and among labels the first by
 * name. A container that was just removed keeps only the hosts that no other claims.
 */
export function claimHosts(config: FileConfig, groups: FormedGroups, labelled: readonly Labelled[]): ClaimedHosts {
  const ofFile = [
    ...config.containers.map(({ name, host = [] }) => ({ kind: "container" as const, name, hosts: host })),
    ...groups.file.map(({ name, hosts }) => ({ kind: "group" as const, name, hosts })),
  ];
  const ofLabels = [
    ...groups.label.map(({ name, hosts }) => ({ kind: "group" as const, name, hosts })),
    ...labelled
      .filter(({ item }) => !groups.members.has(item.name))
      .map(({ item, keys }) => ({
        kind: "container" as const,
        name: item.name,
        hosts: keys.host ?? [],
        isDeparted: item.departed === true,
      })),
  ].toSorted(byPrecedence);
  const claims = [...ofFile, ...ofLabels];
  const { granted, warnings } = settleHosts(claims);

  const ofContainer = new Map<string, readonly string[]>();
  const ofGroup = new Map<string, readonly string[]>();
  for (const [position, { kind, name }] of claims.entries()) {
    (kind === "group" ? ofGroup : ofContainer).set(name, granted[position] ?? []);
  }
  const kept = [...groups.file, ...groups.label].flatMap((group) => {
    const hosts = ofGroup.get(group.name) ?? [];
    return hosts.length > 0 || group.hosts.length === 0 ? { ...group, hosts } : [];
  });
  return { groups: kept, ofContainer, warnings };
}

function byPrecedence(a: Claim, b: Claim): number {
  return Number(a.isDeparted === true) - Number(b.isDeparted === true) || byName(a, b);
}

import type { GroupSettings } from "../../core/settings.ts";
import { byName, type GroupDraft } from "./draft.ts";
import { hostOf } from "../schema/host-port.ts";
import type { GroupKeys } from "../schema/group-schema.ts";
import type { Labelled } from "./read-labelled.ts";

/** All groups. */
export interface FormedGroups {
  /** The groups of the file, including members that joined by label, and those that labels create, by name. */
  readonly file: readonly GroupDraft[];
  readonly label: readonly GroupDraft[];
  /** The labelled containers that are members of a group. */
  readonly members: ReadonlySet<string>;
}

/**
 * Forms groups from `dag.group`, and from replicas of a Compose service that share their hosts. A member's `dag.host`
 * belongs to its group. A group without a host is requested by path; one with only faulty hosts is not managed.
 * `broken`: the containers whose `dag.host` or `dag.group` is faulty.
 */
export function formGroups(
  fileGroups: readonly GroupKeys[],
  labelled: readonly Labelled[],
  broken: ReadonlySet<string>,
): FormedGroups {
  const named = collect(labelled, ({ keys }) => keys.group);
  const taken = new Set([...fileGroups.map(({ name }) => name), ...named.keys()]);
  const replicas = [...collect(labelled, replicaKey).values()]
    .filter((members) => members.length > 1)
    .map((members) => ({ name: freeName(members[0]?.item.compose, taken), members }));

  const file = fileGroups.map(({ name, host, containers }): GroupDraft => ({
    name,
    origin: "file",
    hosts: host,
    members: [...containers, ...namesOf(named.get(name) ?? [])],
  }));
  const own = [...named].filter(([name]) => !fileGroups.some((group) => group.name === name));
  const label = [...own.map(([name, members]) => ({ name, members })), ...replicas].map(toGroup).toSorted(byName);
  return {
    file,
    label: label.filter(({ hosts, members }) => hosts.length > 0 || !members.some((member) => broken.has(member))),
    members: new Set(
      [...[...named.values()].flat(), ...replicas.flatMap(({ members }) => members)].map(({ item }) => item.name),
    ),
  };
}

/**
 * Returns the settings of a group. If labels create it, the first member with `dag.strategy` or `dag.sticky` sets that;
 * without `dag.strategy`, it is weighted if a member has `dag.weight`.
 */
export function toGroupSettings(
  group: GroupDraft,
  fileGroups: readonly GroupKeys[],
  labelled: readonly Labelled[],
): GroupSettings {
  const keys = fileGroups.find(({ name }) => name === group.name);
  const members = labelled.filter(({ item }) => group.members.includes(item.name));
  const weighted = members.some(({ set }) => set.includes("weight"));
  const strategy = members.find((member) => member.keys.strategy !== undefined)?.keys.strategy;
  return {
    name: group.name,
    hosts: group.hosts.map(hostOf),
    strategy: keys?.strategy ?? strategy ?? (weighted ? "weighted" : "round-robin"),
    sticky: keys?.sticky ?? members.find((member) => member.keys.sticky !== "")?.keys.sticky ?? "",
    members: group.members,
    targetConcurrency: keys?.target_concurrency ?? 0,
  };
}

function toGroup({ name, members }: { name: string; members: readonly Labelled[] }): GroupDraft {
  const items = members.flatMap(({ keys }) => keys.host ?? []);
  const hosts = [...Map.groupBy(items, hostOf).values()].flatMap(([first]) => first ?? []);
  return { name, origin: "label", hosts, members: namesOf(members) };
}

function replicaKey({ item, keys }: Labelled): string | undefined {
  if (keys.group !== undefined || item.compose === undefined || keys.host === undefined || keys.host.length === 0)
    return undefined;
  return [item.compose.project, item.compose.service, ...keys.host.toSorted()].join("\n");
}

/** Returns `project-service`, with a number if that name is taken. */
function freeName(compose: Labelled["item"]["compose"], taken: Set<string>): string {
  const wanted = `${compose?.project ?? ""}-${compose?.service ?? ""}`;
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}

function namesOf(members: readonly Labelled[]): string[] {
  return members.map(({ item }) => item.name);
}

/** Groups containers by a key, sorted by name; leaves out those without a key. */
function collect(
  labelled: readonly Labelled[],
  keyOf: (each: Labelled) => string | undefined,
): Map<string, Labelled[]> {
  const groups = new Map<string, Labelled[]>();
  for (const each of labelled) {
    const key = keyOf(each);
    if (key === undefined) continue;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [each]);
    else members.push(each);
  }
  return groups;
}

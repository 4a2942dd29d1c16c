import type { FoundItems, InventoryItem } from "../../core/observation.ts";
import type { FileConfig } from "../parse/load-config.ts";
import type { Provenance } from "../parse/provenance.ts";
import { type Clusters, createClusters } from "./clusters.ts";
import { readComposeLabels } from "./compose-labels.ts";
import { linksOfContainer, linksOfGroup, linksOfItem, linksOfName, nameIn } from "./links.ts";
import { type MergeOptions, type MergeResult, mergeSettings } from "./merge-settings.ts";

/** The result of a merge, and the names that it covers. */
export interface Merged {
  readonly result: MergeResult;
  /** All names whose settings it contains or removes. */
  readonly names: ReadonlySet<string>;
  readonly inventory: readonly InventoryItem[];
}

/** Merges again only what a change affects; the result is the same as that of a merge of everything. */
export interface Merger {
  /** Merges everything, for the first or a new configuration. */
  whole(config: FileConfig, found: FoundItems): Merged;
  /** Merges everything that is connected with containers of these names. */
  part(names: ReadonlySet<string>, found: FoundItems): Merged;
  /** Returns where the settings of a workload came from. */
  origins(name: string, found: FoundItems): Provenance;
}

type Written = Pick<FileConfig, "containers" | "groups">;

/** Creates the merger for a configuration file. */
export function createMerger(config: FileConfig, options: MergeOptions): Merger {
  let clusters = createClusters();
  let file = indexFile(config);

  function link(name: string, items: readonly InventoryItem[]): void {
    const projects = items.flatMap(({ labels, engine }) => readComposeLabels(labels, engine)?.project ?? []);
    const written = file.byPlainName.get(plain(name)) ?? [];
    const isThere = items.length > 0 || written.some((one) => one.name === name);
    const keys = [...items.flatMap(linksOfItem), ...written.flatMap((one) => linksOfContainer(one, projects))];
    clusters.set(name, isThere ? keys : []);
  }

  function merge({ members, keys }: ReturnType<Clusters["around"]>, found: FoundItems, provenance: Provenance): Merged {
    const inventory = [...members].flatMap((name) => found.named(name));
    const result = mergeSettings({ ...file.config, ...file.of(members), provenance }, inventory, options);
    return { result, inventory, names: namesOf(keys, result) };
  }

  return {
    whole(next, found) {
      const former = clusters;
      clusters = createClusters();
      file = indexFile(next);
      const inventory = found.all();
      const byName = Map.groupBy(inventory, nameOf);
      for (const name of new Set([...byName.keys(), ...next.containers.map(nameOf)]))
        link(name, byName.get(name) ?? []);
      for (const group of next.groups) clusters.set(memberOf(group), linksOfGroup(group));
      const result = mergeSettings(next, inventory, options);
      return { result, inventory, names: namesOf([...former.keys(), ...clusters.keys()], result) };
    },
    part(names, found) {
      const keys = new Set<string>();
      for (const name of names) {
        for (const key of clusters.keysOf(name)) keys.add(key);
        link(name, found.named(name));
        for (const key of clusters.keysOf(name)) keys.add(key);
      }
      return merge(clusters.around(keys), found, NOTHING);
    },
    origins(name, found) {
      return merge(clusters.around(linksOfName(name)), found, file.config.provenance).result.provenance;
    },
  };
}

const NOTHING: Provenance = new Map();

/** Indexes the configuration of the file by its members. */
function indexFile(config: FileConfig): {
  readonly config: FileConfig;
  readonly byPlainName: ReadonlyMap<string, FileConfig["containers"]>;
  /** Returns the parts about these members, in the order of the file. */
  of(members: ReadonlySet<string>): Written;
} {
  const containers = new Map(config.containers.map((one, at) => [one.name, { one, at }]));
  const groups = new Map(config.groups.map((one, at) => [memberOf(one), { one, at }]));
  return {
    config,
    byPlainName: Map.groupBy(config.containers, ({ name }) => plain(name)),
    of: (members) => ({ containers: among(containers, members), groups: among(groups, members) }),
  };
}

function among<T>(all: ReadonlyMap<string, { one: T; at: number }>, members: ReadonlySet<string>): readonly T[] {
  if (all.size === 0) return [];
  const found = [...members].flatMap((member) => all.get(member) ?? []);
  return found.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
}

function namesOf(keys: Iterable<string>, { settings: { workloads, groups } }: MergeResult): ReadonlySet<string> {
  const linked = [...keys].flatMap((key) => nameIn(key) ?? []);
  return new Set([...linked, ...workloads.map(nameOf), ...groups.map(nameOf)]);
}

/** Returns the key of a group, which cannot be the name of a container. */
function memberOf({ name }: { readonly name: string }): string {
  return `group ${name}`;
}

function plain(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

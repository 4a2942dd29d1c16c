import { ENGINE_NAMES } from "../../core/engine-kind.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { containerFault, type Fault } from "../check/faults.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { isLabelled, withMembers } from "./leave-swarm-tasks.ts";

/** A configuration and an inventory with unambiguous names. */
export interface Settled {
  readonly config: FileConfig;
  readonly inventory: readonly InventoryItem[];
  /** One fault for each ambiguous name. */
  readonly faults: readonly Fault[];
}

/**
 * Decides which workload a name means if two engines have one, such as a container and a service of Docker Swarm: the
 * one that is enabled by labels, else the container. If both are enabled, or the file contains the name, neither is
 * managed, because settings for one could stop the other.
 */
export function settleNamesakes(config: FileConfig, inventory: readonly InventoryItem[]): Settled {
  const processes = new Set(config.containers.flatMap(({ name, process }) => (process === undefined ? [] : name)));
  const inFile = new Set(config.containers.flatMap(({ name }) => (processes.has(name) ? [] : name)));
  const unclear = new Map<string, readonly InventoryItem[]>();
  const others = new Set<InventoryItem>();
  for (const [name, found] of namesakes(inventory)) {
    const present = found.filter(({ departed }) => departed !== true);
    const rivals = present.length > 0 ? present : found;
    const enabled = rivals.filter(isLabelled);
    if (rivals.length > 1 && (inFile.has(name) || (enabled.length > 1 && !processes.has(name))))
      unclear.set(name, rivals);
    const chosen = enabled.length === 1 ? enabled[0] : (rivals.find(isUsual) ?? rivals[0]);
    for (const item of found) if (item !== chosen) others.add(item);
  }
  return {
    config: {
      ...config,
      containers: config.containers.filter(({ name }) => !unclear.has(name)),
      groups: withMembers(config.groups, (name) => (unclear.has(name) ? undefined : name)),
    },
    inventory: inventory.filter((item) => !others.has(item) && !unclear.has(item.name)),
    faults: [...unclear].map(([name, rivals]) => unclearName(name, rivals)),
  };
}

/** Returns the names that several engines have, with their entries. */
function namesakes(inventory: readonly InventoryItem[]): ReadonlyMap<string, readonly InventoryItem[]> {
  const byName = Map.groupBy(inventory, ({ name }) => name);
  return new Map([...byName].filter(([, found]) => new Set(found.map(({ engine }) => engine)).size > 1));
}

function isUsual({ engine }: InventoryItem): boolean {
  return engine === undefined;
}

function unclearName(name: string, rivals: readonly InventoryItem[]): Fault {
  const engines = rivals.map(({ engineKind = "docker" }) => ENGINE_NAMES[engineKind]).toSorted();
  const message = `${engines.join(" and ")} both have a workload of this name: neither is managed; rename one of them`;
  return containerFault(name, message);
}

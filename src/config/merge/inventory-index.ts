import { sameHostName } from "../../core/same-host-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { readComposeLabels, type ComposeFacts } from "./compose-labels.ts";
import { byName } from "./draft.ts";
import { leaveOutSuperseded } from "./leave-out-superseded.ts";

/** The inventory, indexed by name and by Compose service. */
export interface InventoryIndex {
  /** All entries, sorted by their unique names. */
  readonly items: readonly IndexedItem[];
  get(name: string): IndexedItem | undefined;
  /**
   * Returns the id of its engine, for a missing one from the prefix of its name; `undefined` for the default engine.
   */
  engineOf(name: string): string | undefined;
  /** Returns the container whose network this one uses; `undefined` if there is none, or it was removed. */
  networkOwner(name: string): IndexedItem | undefined;
  /** Returns the only container with this plain name on another Docker host; none if there are several. */
  elsewhere(name: string): readonly string[];
  /** Returns the containers of a service of a project by name, without those of `docker compose run`. */
  ofService(project: string, service: string): readonly IndexedItem[];
}

/** An inventory entry with its Compose labels. */
export interface IndexedItem extends InventoryItem {
  readonly compose: ComposeFacts | undefined;
}

/**
 * Creates the index, sorted so that the order of the inventory does not affect the settings. Leaves out `self` (a name
 * or id).
 */
export function indexInventory(inventory: readonly InventoryItem[], self: string | undefined): InventoryIndex {
  const names = new Map<string, IndexedItem>();
  const services = new Map<string, IndexedItem[]>();
  const all = inventory.map((item) => ({ ...item, compose: readComposeLabels(item.labels, item.engine) }));
  const sorted = leaveOutSuperseded(all).toSorted((a, b) => byName(a, b) || byName({ name: a.id }, { name: b.id }));
  for (const item of sorted) {
    if (names.has(item.name) || isSelf(item, self)) continue;
    names.set(item.name, item);
    if (item.compose !== undefined && !item.compose.oneOff) add(services, keyOf(item.compose), item);
  }
  return {
    items: [...names.values()],
    get: (name) => names.get(name),
    engineOf: (name) => names.get(name)?.engine ?? engineIn(name),
    networkOwner(name) {
      const owner = names.get(name)?.networkOf;
      if (owner === undefined) return undefined;
      return names.get(sameHostName(name, owner)) ?? [...names.values()].find(({ id }) => id === owner);
    },
    elsewhere(name) {
      const found = [...names.keys()].filter((one) => one.endsWith(`:${name}`));
      return found.length === 1 ? found : [];
    },
    ofService: (project, service) => services.get(keyOf({ project, service })) ?? [],
  };
}

function engineIn(name: string): string | undefined {
  const colon = name.indexOf(":");
  return colon === -1 ? undefined : name.slice(0, colon);
}

/** Returns whether it is the gateway's own container; `self` is the name or id of that. */
export function isSelf(item: InventoryItem, self: string | undefined): boolean {
  if (self === undefined || self === "") return false;
  return item.name === self || (self.length >= SHORT_ID && item.id.startsWith(self));
}

/** The length of a short id, which is a container's host name. */
const SHORT_ID = 12;

function keyOf({ project, service }: { readonly project: string; readonly service: string }): string {
  return `${project}\n${service}`;
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

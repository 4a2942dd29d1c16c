import { sameHostName } from "../../core/same-host-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { readComposeLabels, type ComposeFacts } from "./compose-labels.ts";
import { byName } from "./draft.ts";
import { leaveOutSuperseded } from "./leave-out-superseded.ts";

/** The inventory of an engine, indexed by name and by Compose service. */
export interface InventoryIndex {
  /** By name, which is unique. */
  readonly items: readonly IndexedItem[];
  get(name: string): IndexedItem | undefined;
  /** The id of its engine; of what is not there, or out of reach, that which its name begins with. `undefined`: the usual one. */
  engineOf(name: string): string | undefined;
  /** The container whose network this one uses; `undefined`: none, or it is gone. */
  networkOwner(name: string): IndexedItem | undefined;
  /** The one container of this plain name on another Docker host; none where there are several. */
  elsewhere(name: string): readonly string[];
  /** The containers of one service in one project, replicas by name; none from `docker compose run`. */
  ofService(project: string, service: string): readonly IndexedItem[];
}

export interface IndexedItem extends InventoryItem {
  readonly compose: ComposeFacts | undefined;
}

/**
 * Sorts the inventory, so that the same containers in any order give the same settings. `self` (a name or id) is left
 * out.
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

/** Whether it is the gateway's own container; `self` is its name or id. */
export function isSelf(item: InventoryItem, self: string | undefined): boolean {
  if (self === undefined || self === "") return false;
  return item.name === self || (self.length >= SHORT_ID && item.id.startsWith(self));
}

/** The host name of a container is the short form of its id, so a prefix of that length is enough. */
const SHORT_ID = 12;

function keyOf({ project, service }: { readonly project: string; readonly service: string }): string {
  return `${project}\n${service}`;
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

import { isTemporaryName } from "../../core/family-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { Clock } from "../ports.ts";
import { TRUCE_MS } from "./truces.ts";

/**
 * The inventory of one engine, by name. It keeps a removed container for a while, so that requests for its hosts wait
 * for a successor, and leaves out a stopped container whose former name a successor has.
 */
export interface Inventory {
  get(name: string): InventoryItem | undefined;
  nameOf(id: string): string | undefined;
  items(): readonly InventoryItem[];
  /** Containers, running or not, that use the network of another container. */
  tenants(): readonly InventoryItem[];
  /** Replaces the whole list. Returns the former entries of all names whose entry has changed. */
  replace(listed: readonly InventoryItem[]): Former;
  /** Replaces some entries; `undefined` removes one. Returns the same as `replace`. */
  update(changes: ReadonlyMap<string, InventoryItem | undefined>): Former;
  /** Returns when an update must forget the next removed container; `undefined` if there is none. */
  nextMs(): number | undefined;
}

/** Former entries by name; `undefined` if there was none. */
export type Former = ReadonlyMap<string, InventoryItem | undefined>;

/**
 * Longer than a truce, so that a client held in vain learns that the container is missing, not that the host is
 * unknown.
 */
const KEEP_MS = TRUCE_MS + 2_000;

/** Creates an empty inventory; `onDeparture` is called with each name that is removed. */
export function createInventory(clock: Pick<Clock, "now">, onDeparture: (name: string) => void): Inventory {
  const present = new Map<string, InventoryItem>();
  const names = new Map<string, string>();
  const tenants = new Set<string>();
  const departed = new Map<string, { readonly item: InventoryItem; readonly sinceMs: number }>();
  /** The list that was passed to `replace` last, unless there was an update since. */
  let current: readonly InventoryItem[] | undefined;
  /** By id: the former name of a renamed container, which its successor has or will get. */
  const renamedFrom = new Map<string, string>();

  function get(name: string): InventoryItem | undefined {
    const item = present.get(name);
    if (item === undefined) return departed.get(name)?.item;
    return isHidden(item) ? undefined : item;
  }

  function isHidden({ id, name, status }: InventoryItem): boolean {
    const lost = renamedFrom.get(id);
    if (lost === undefined || lost === name || !isAtRest({ status })) return false;
    return present.has(lost) || departed.has(lost);
  }

  function update(changes: ReadonlyMap<string, InventoryItem | undefined>): Former {
    current = undefined;
    const unsure = [...departed.keys(), ...[...renamedFrom.keys()].flatMap((id) => names.get(id) ?? [])];
    const before = new Map([...changes.keys(), ...unsure].map((name) => [name, get(name)]));
    for (const [name, item] of changes) put(name, item);
    for (const name of changes.keys()) depart(name, before.get(name));
    for (const [name, { sinceMs }] of departed) {
      if (present.has(name) || clock.now() - sinceMs >= KEEP_MS) departed.delete(name);
    }
    for (const id of renamedFrom.keys()) if (!names.has(id)) renamedFrom.delete(id);
    // A renamed container may be hidden now, or no longer hidden.
    for (const id of renamedFrom.keys()) {
      const name = names.get(id) ?? "";
      if (!before.has(name)) before.set(name, undefined);
    }
    return new Map([...before].filter(([name, item]) => !isSame(item, get(name))));
  }

  function put(name: string, item: InventoryItem | undefined): void {
    const former = present.get(name);
    if (former !== undefined && names.get(former.id) === name) names.delete(former.id);
    tenants.delete(name);
    if (item === undefined) return void present.delete(name);
    present.set(name, item);
    names.set(item.id, name);
    if (item.networkOf !== undefined) tenants.add(name);
  }

  function depart(name: string, item: InventoryItem | undefined): void {
    if (item === undefined || present.has(name) || departed.has(name) || isTemporaryName(name)) return;
    const renamed = present.get(names.get(item.id) ?? "");
    if (renamed !== undefined) renamedFrom.set(item.id, name);
    // The container was only renamed and runs, so its host does not need to wait for a successor.
    if (renamed !== undefined && !isAtRest(renamed)) return;
    departed.set(name, { item: { ...item, id: "", status: "absent", departed: true }, sinceMs: clock.now() });
    onDeparture(name);
  }

  return {
    get,
    update,
    nameOf: (id) => names.get(id),
    items: () => [...present.values()].filter((item) => !isHidden(item)).concat([...departed.values()].map(itemOf)),
    tenants: () => [...tenants].flatMap((name) => get(name) ?? []),
    replace(listed) {
      // The same list again needs no comparison, but removed containers must still be forgotten in time.
      if (listed === current) return departed.size === 0 ? NOTHING : update(new Map());
      const byName = new Map(listed.map((item) => [item.name, item]));
      const changed = listed.filter((item) => !isSame(present.get(item.name), item));
      const gone = [...present.keys()].filter((name) => !byName.has(name));
      const former = update(new Map([...changed.map(named), ...gone.map((name) => [name, undefined] as const)]));
      current = listed;
      return former;
    },
    nextMs() {
      const since = [...departed.values()].map(({ sinceMs }) => sinceMs);
      return since.length === 0 ? undefined : Math.min(...since) + KEEP_MS;
    },
  };
}

const NOTHING: Former = new Map();

function isAtRest({ status }: Pick<InventoryItem, "status">): boolean {
  return status === "stopped" || status === "absent";
}

function isSame(one: InventoryItem | undefined, other: InventoryItem | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return isSameContainer(one, other) && one.status === other.status && one.networkOf === other.networkOf;
}

/** Returns whether both are the same container with the same settings, present or removed. */
export function isSameContainer(one: InventoryItem | undefined, other: InventoryItem | undefined): boolean {
  return one?.id === other?.id && one?.departed === other?.departed && hasSameSettings(one, other);
}

/** A container cannot change its labels; a service or a Deployment can. */
function hasSameSettings(one: InventoryItem | undefined, other: InventoryItem | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  if (one.refused !== other.refused || one.warning !== other.warning) return false;
  const [now, then] = [Object.entries(one.labels), other.labels];
  return now.length === Object.keys(then).length && now.every(([key, value]) => then[key] === value);
}

function named(item: InventoryItem): readonly [string, InventoryItem] {
  return [item.name, item];
}

function itemOf({ item }: { readonly item: InventoryItem }): InventoryItem {
  return item;
}

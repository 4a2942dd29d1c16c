import { isTemporaryName } from "../../core/family-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { Clock } from "../ports.ts";
import { TRUCE_MS } from "./truces.ts";

/** Keeps what was removed in the inventory for a while, so that its hosts wait for its successor. */
export interface Departed {
  /** The list with what is missing since a moment, and without what has lost its name to a successor. */
  fill(listed: readonly InventoryItem[]): readonly InventoryItem[];
  /** When the next one is forgotten; `undefined`: there is none. */
  nextMs(): number | undefined;
}

/** Longer than a truce, so that who waited for a successor in vain is told that the container is missing, not its host. */
const KEEP_MS = TRUCE_MS + 2_000;

/** `onDeparture` is called for each name that is no longer there. */
export function createDeparted(clock: Pick<Clock, "now">, onDeparture: (name: string) => void): Departed {
  let former: ReadonlyMap<string, InventoryItem> = new Map();
  const goneSinceMs = new Map<string, number>();
  /** By id: the name that a container has lost to its successor, or is about to. */
  const renamedFrom = new Map<string, string>();

  function fill(listed: readonly InventoryItem[]): readonly InventoryItem[] {
    const now = clock.now();
    const byName = new Map(listed.map((item) => [item.name, item]));
    const byId = new Map(listed.map((item) => [item.id, item]));
    for (const [name, item] of former) {
      if (byName.has(name) || goneSinceMs.has(name) || isTemporaryName(name)) continue;
      const renamed = byId.get(item.id);
      if (renamed !== undefined) renamedFrom.set(item.id, name);
      // What runs under another name goes on there.
      if (renamed !== undefined && !isAtRest(renamed)) continue;
      goneSinceMs.set(name, now);
      onDeparture(name);
    }
    const kept: InventoryItem[] = [];
    for (const [name, sinceMs] of goneSinceMs) {
      const item = former.get(name);
      if (byName.has(name) || item === undefined || now - sinceMs >= KEEP_MS) goneSinceMs.delete(name);
      else kept.push({ ...item, id: "", status: "absent", departed: true });
    }
    const isHidden = ({ id, name, status }: InventoryItem): boolean => {
      const lost = renamedFrom.get(id);
      if (lost === undefined || lost === name || !isAtRest({ status })) return false;
      return byName.has(lost) || goneSinceMs.has(lost);
    };
    for (const id of renamedFrom.keys()) if (!byId.has(id)) renamedFrom.delete(id);
    const filled = [...listed.filter((item) => !isHidden(item)), ...kept];
    former = new Map(filled.map((item) => [item.name, item]));
    return filled;
  }

  return {
    fill,
    nextMs() {
      const since = [...goneSinceMs.values()];
      return since.length === 0 ? undefined : Math.min(...since) + KEEP_MS;
    },
  };
}

function isAtRest({ status }: Pick<InventoryItem, "status">): boolean {
  return status === "stopped" || status === "absent";
}

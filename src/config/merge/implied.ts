import type { Dependency } from "../../core/settings.ts";
import type { Draft } from "./draft.ts";
import type { InventoryIndex } from "./inventory-index.ts";
import { DEFAULTS, ENABLED } from "../parse/labels.ts";
import { parseFlag } from "../schema/values.ts";

/** Returns the dependencies, by Compose labels, of containers that are not among `ours`. */
export function neededOutside(
  index: InventoryIndex,
  ours: ReadonlyMap<string, readonly Dependency[]>,
): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const { name, compose } of index.items) {
    if (compose === undefined || compose.oneOff || ours.has(name)) continue;
    for (const { service } of compose.needs) {
      for (const item of index.ofService(compose.project, service)) needed.add(item.name);
    }
  }
  return needed;
}

/**
 * Creates the draft of a dependency without its own configuration. It is woken with its dependents, but only stopped if
 * no unmanaged container depends on it and its labels do not contain `dag.enabled=false`.
 */
export function implyDraft(name: string, index: InventoryIndex, outside: ReadonlySet<string>): Draft {
  const enabled = parseFlag(index.get(name)?.labels[ENABLED] ?? "");
  const handsOff = outside.has(name) || (enabled.ok && !enabled.value);
  const keys = handsOff ? { ...DEFAULTS, idle_timeout: 0 } : DEFAULTS;
  return { name, origin: "implied", keys, engine: index.engineOf(name), hosts: [], isRequested: false };
}

import { isTemporaryName } from "../../core/family-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { ComposeFacts } from "./compose-labels.ts";
import { byName } from "./draft.ts";

type Item = Pick<InventoryItem, "name" | "status" | "departed"> & { readonly compose: ComposeFacts | undefined };

/**
 * Leaves out all but one of the containers that are the same replica of the same Compose service: a predecessor next to
 * its successor, or one that is still being created. They must never be taken for two replicas.
 */
export function leaveOutSuperseded<T extends Item>(items: readonly T[]): readonly T[] {
  const chosen = new Map<string, T>();
  for (const item of items) {
    const replica = replicaOf(item);
    const rival = replica === undefined ? undefined : chosen.get(replica);
    if (replica !== undefined && (rival === undefined || counts(item, rival) < 0)) chosen.set(replica, item);
  }
  return items.filter((item) => {
    const replica = replicaOf(item);
    return replica === undefined || chosen.get(replica) === item;
  });
}

function replicaOf({ compose }: Item): string | undefined {
  if (compose === undefined || compose.oneOff || compose.number === "") return undefined;
  return [compose.project, compose.service, compose.number].join("\n");
}

/** Below zero: the first one wins. A container under a temporary name is used only where there is no other. */
function counts(a: Item, b: Item): number {
  return (
    Number(isTemporaryName(a.name)) - Number(isTemporaryName(b.name)) ||
    Number(a.departed === true) - Number(b.departed === true) ||
    Number(b.status === "running") - Number(a.status === "running") ||
    byName(a, b)
  );
}

import { isTemporaryName } from "../../core/family-name.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { ComposeFacts } from "./compose-labels.ts";
import { byName } from "./draft.ts";

type Item = Pick<InventoryItem, "name" | "status" | "departed"> & { readonly compose: ComposeFacts | undefined };

/**
 * Keeps only one of several containers that are the same replica of a Compose service: during an update the predecessor
 * and its successor exist at once, and must not be mistaken for two replicas.
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

/**
 * Compares two candidates; negative: the first is kept. One with a temporary name is kept only if there is no other.
 */
function counts(a: Item, b: Item): number {
  return (
    Number(isTemporaryName(a.name)) - Number(isTemporaryName(b.name)) ||
    Number(a.departed === true) - Number(b.departed === true) ||
    Number(b.status === "running") - Number(a.status === "running") ||
    byName(a, b)
  );
}

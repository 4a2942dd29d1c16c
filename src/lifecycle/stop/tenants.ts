import type { InventoryItem } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

interface NetworkUsers {
  readonly tenants: () => readonly InventoryItem[];
  readonly nameOf: (id: string) => string | undefined;
}

/**
 * Notes which unmanaged containers use the network of a workload, which must not be stopped while they run (issue 13).
 */
export function createTenants(
  context: LifecycleContext,
  records: ReadonlyMap<string, WorkloadRecord>,
): { note(inventories: readonly NetworkUsers[]): void } {
  let owners: ReadonlySet<string> = new Set();
  return {
    note(inventories) {
      const found = new Map<string, string[]>();
      for (const { tenants, nameOf } of inventories) {
        for (const { name, status, networkOf = "" } of tenants()) {
          if (status === "stopped" || records.has(name)) continue;
          const owner = nameOf(networkOf) ?? networkOf;
          found.set(owner, [...(found.get(owner) ?? []), name]);
        }
      }
      for (const name of new Set([...owners, ...found.keys()])) {
        const record = records.get(name);
        if (record === undefined) continue;
        record.tenants = found.get(name) ?? [];
        context.rearm(record);
      }
      owners = new Set(found.keys());
    },
  };
}

import type { InventoryItem } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Notes which containers without a record use the network of a workload: it must not be stopped under them (#13). */
export function noteTenants(
  context: LifecycleContext,
  records: ReadonlyMap<string, WorkloadRecord>,
  items: readonly InventoryItem[],
): void {
  const guests = items.filter(
    ({ name, status, networkOf }) => networkOf !== undefined && status !== "stopped" && !records.has(name),
  );
  for (const record of records.values()) {
    if (guests.length === 0 && record.tenants.length === 0) continue;
    const id = items.find(({ name }) => name === record.name)?.id;
    const tenants = guests.filter(({ networkOf }) => networkOf === id || networkOf === record.name);
    record.tenants = tenants.map(({ name }) => name);
    context.rearm(record);
  }
}

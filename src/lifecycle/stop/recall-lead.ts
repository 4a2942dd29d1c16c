import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** A recall takes at least so long before the end of an idle time, whatever is known of the fronts. */
const SHORTEST_LEAD_MS = 5_000;

/** How long before the end of its idle time a recall begins, so that it is not stopped much later. */
export function recallLeadMs(
  { fronts }: Pick<LifecycleContext, "fronts">,
  { directMs }: Pick<WorkloadRecord, "directMs">,
): number {
  return directMs > 0 ? Math.max(SHORTEST_LEAD_MS, fronts.recallMs()) : 0;
}

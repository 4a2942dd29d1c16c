import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** The minimum, even if the fronts are known to fetch faster. */
const SHORTEST_LEAD_MS = 5_000;

/** Returns how long before the end of the idle time a recall begins, so that the stop is not delayed. */
export function recallLeadMs(
  { fronts }: Pick<LifecycleContext, "fronts">,
  { directMs }: Pick<WorkloadRecord, "directMs">,
): number {
  return directMs > 0 ? Math.max(SHORTEST_LEAD_MS, fronts.recallMs()) : 0;
}

import type { WorkloadRecord } from "../workload/record.ts";

/** How long before the end of an idle time a recall begins: a poll of the front, and what it needs to apply a document. */
export const RECALL_LEAD_MS = 5_000;

/** How much sooner than its idle time is over something must be done, so that it is not stopped much later. */
export function recallLeadMs({ directMs }: Pick<WorkloadRecord, "directMs">): number {
  return directMs > 0 ? RECALL_LEAD_MS : 0;
}

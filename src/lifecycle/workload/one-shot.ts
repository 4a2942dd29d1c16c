import type { WorkloadRecord } from "./record.ts";

/** True for a workload that others need to have ended. */
export function isOneShot(record: WorkloadRecord): boolean {
  return record.dependents.some(({ dependencies }) =>
    dependencies.some((link) => link.record === record && link.condition === "completed"),
  );
}

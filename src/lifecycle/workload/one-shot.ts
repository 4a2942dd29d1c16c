import type { WorkloadRecord } from "./record.ts";

/** Returns true for a workload on whose completion others depend. */
export function isOneShot(record: WorkloadRecord): boolean {
  return record.dependents.some(({ dependencies }) =>
    dependencies.some((link) => link.record === record && link.condition === "completed"),
  );
}

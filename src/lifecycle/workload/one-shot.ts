import type { WorkloadRecord } from "./record.ts";

/** True for what others need to have run to its end. */
export function isOneShot(record: WorkloadRecord): boolean {
  return record.dependents.some(({ dependencies }) =>
    dependencies.some((link) => link.record === record && link.condition === "completed"),
  );
}

import { numberOf } from "../../lifecycle/wake/target-port.ts";
import { portFor } from "../../lifecycle/workload/ports-of.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";

/** Formats a host for people; with its port if the workload has several ports. */
export function hostText(record: WorkloadRecord | undefined, host: string): string {
  if (record === undefined || record.named.size === 0) return host;
  return `${host} → ${numberOf(record, portFor(record, host))}`;
}

import { numberOf } from "../../lifecycle/wake/target-port.ts";
import { portFor } from "../../lifecycle/workload/ports-of.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";

/** A host for people: with its port, where requests to this workload go to several. */
export function hostText(record: WorkloadRecord | undefined, host: string): string {
  if (record === undefined || record.named.size === 0) return host;
  return `${host} → ${numberOf(record, portFor(record, host))}`;
}

import type { WorkloadRecord } from "../workload/record.ts";

/**
 * Returns true if a stop would delete the container (`docker run --rm`, moby#40852); only an administrator may do that.
 */
export function stopDeletes({ observation, settings }: Pick<WorkloadRecord, "observation" | "settings">): boolean {
  return observation?.autoRemove === true && settings.stopMethod !== "pause";
}

import type { WorkloadRecord } from "../workload/record.ts";

/** True where a stop would delete the container (`docker run --rm`), so that only a person may order one (moby#40852). */
export function stopDeletes({ observation, settings }: Pick<WorkloadRecord, "observation" | "settings">): boolean {
  return observation?.autoRemove === true && settings.stopMethod !== "pause";
}

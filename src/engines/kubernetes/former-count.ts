import type { Autoscaler, ScalableObject } from "./api-types.ts";
import { dagKeys } from "./workload-facts.ts";

/**
 * Returns how many pods a wake starts: the last number, else `dag.replicas`, else its autoscaler's minimum, else one.
 */
export function replicasToStart(
  former: number | undefined,
  object: Pick<ScalableObject, "metadata">,
  autoscaler: Autoscaler | undefined,
): number {
  if (former !== undefined && former > 0) return former;
  const named = Number(dagKeys(object.metadata)["dag.replicas"] ?? "");
  if (Number.isInteger(named) && named > 0) return named;
  return Math.max(1, autoscaler?.spec.minReplicas ?? 1);
}

import type { Instance, Observation } from "../../core/observation.ts";
import type { Pod, ScalableObject } from "./api-types.ts";
import { findTrouble } from "./pod-trouble.ts";
import { isReady } from "./pod-state.ts";
import { factsOf, replicasOf, versionOf } from "./workload-facts.ts";
import type { Found } from "./find-workload.ts";

/** Converts a workload and its pods to an observation. `pods` and `instances` are empty at 0 replicas. */
export function toObservation(
  name: string,
  { resource, object }: Found,
  pods: readonly Pod[],
  instances: readonly Instance[],
): Observation {
  const { uid, image, ports, labels } = factsOf(resource, object);
  const wanted = replicasOf(object);
  const known = { name, id: uid, image, labels, exposedPorts: ports, version: versionOf(object), wanted };
  if (wanted === 0) {
    return {
      ...known,
      status: "stopped",
      health: "none",
      instances,
      note: "",
      startedAtMs: undefined,
      exit: undefined,
    };
  }
  const { note, crash, trouble } = findTrouble(object, pods);
  const startedAtMs = instances.find(({ ready }) => ready)?.startedAtMs;
  return {
    ...known,
    status: crash === undefined ? "running" : "restarting",
    health: healthOf(object, pods),
    instances,
    note,
    ...(trouble && { trouble }),
    startedAtMs,
    exit: crash,
  };
}

/** Returns the health from the pods' readiness probes, which correspond to Docker's health checks. */
function healthOf({ spec }: ScalableObject, pods: readonly Pod[]): Observation["health"] {
  if (!spec.template.spec.containers.some(({ readinessProbe }) => readinessProbe !== undefined)) return "none";
  return pods.some(isReady) ? "healthy" : "starting";
}

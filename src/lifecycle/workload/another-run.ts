import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import type { WorkloadRecord } from "./record.ts";

/** Returns whether this is not the run of the last observation: another container, start, network or address. */
export function isAnotherRun({ state }: WorkloadRecord, last: Observation | undefined, seen: Observation): boolean {
  if (last === undefined || seen.status === "absent") return false;
  if (last.id !== seen.id) return true;
  if (seen.status !== "running") return false;
  if (last.startedAtMs !== seen.startedAtMs && !keepsRunning(last, seen)) return true;
  if (last.networkOwner?.startedAtMs !== seen.networkOwner?.startedAtMs) return true;
  const endpoints = endpointsOf(seen);
  // A rolling update is the same run while one of the targets survives.
  return state.status === "ready" && state.targets.every((to) => to.host !== "" && !endpoints.some(isSame(to)));
}

/**
 * Returns whether an instance has kept running since the last observation. The start of the workload is that of its
 * oldest instance and changes when that ends, although others continue; a restarted container keeps its id but has a
 * new start.
 */
function keepsRunning(last: Observation, seen: Observation): boolean {
  const former = new Map(last.instances.map(({ id, startedAtMs }) => [id, startedAtMs]));
  return seen.instances.some(({ id, ready, ending, startedAtMs }) => {
    if (!ready || ending || !former.has(id)) return false;
    const startedBeforeMs = former.get(id);
    return startedBeforeMs === undefined || startedBeforeMs === startedAtMs;
  });
}

/** Returns whether another container was created with the same name. */
export function isRecreated(last: Observation, seen: Observation): boolean {
  return seen.status !== "absent" && last.id !== seen.id;
}

/** Returns the check whether an address equals this one, for the same port inside the container. */
export function isSame(one: Endpoint): (other: Endpoint) => boolean {
  return ({ host, port, namedPort }) => host === one.host && port === one.port && namedPort === one.namedPort;
}

import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import type { WorkloadRecord } from "./record.ts";

/** Whether this is not the run that was seen last: another container, start, network or address. */
export function isAnotherRun({ state }: WorkloadRecord, last: Observation | undefined, seen: Observation): boolean {
  if (last === undefined || seen.status === "absent") return false;
  if (last.id !== seen.id) return true;
  if (seen.status !== "running") return false;
  if (last.startedAtMs !== seen.startedAtMs && !goesOn(last, seen)) return true;
  if (last.networkOwner?.startedAtMs !== seen.networkOwner?.startedAtMs) return true;
  const endpoints = endpointsOf(seen);
  // A rolling update is no other run as long as one target survives.
  return state.status === "ready" && state.targets.every((to) => to.host !== "" && !endpoints.some(isSame(to)));
}

/**
 * Whether an instance runs on since it was seen last. What started with its oldest instance has another start as soon as
 * that one ends, although the others go on; a container that is restarted keeps its id and has another start of its own.
 */
function goesOn(last: Observation, seen: Observation): boolean {
  const former = new Map(last.instances.map(({ id, startedAtMs }) => [id, startedAtMs]));
  return seen.instances.some(({ id, ready, ending, startedAtMs }) => {
    if (!ready || ending || !former.has(id)) return false;
    const startedBeforeMs = former.get(id);
    return startedBeforeMs === undefined || startedBeforeMs === startedAtMs;
  });
}

/** Whether another container was created under the same name. */
export function isRecreated(last: Observation, seen: Observation): boolean {
  return seen.status !== "absent" && last.id !== seen.id;
}

/** Whether two addresses are the same, of the same port inside. */
export function isSame(one: Endpoint): (other: Endpoint) => boolean {
  return ({ host, port, namedPort }) => host === one.host && port === one.port && namedPort === one.namedPort;
}

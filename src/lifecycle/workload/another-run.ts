import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import type { WorkloadRecord } from "./record.ts";

/** Whether this is not the run that was seen last: another container, start, network or address. */
export function isAnotherRun({ state }: WorkloadRecord, last: Observation | undefined, seen: Observation): boolean {
  if (last === undefined || seen.status === "absent") return false;
  if (last.id !== seen.id) return true;
  if (seen.status !== "running") return false;
  if (last.startedAtMs !== seen.startedAtMs) return true;
  if (last.networkOwner?.startedAtMs !== seen.networkOwner?.startedAtMs) return true;
  const endpoints = endpointsOf(seen);
  // A rolling update is no other run as long as one target survives.
  return state.status === "ready" && state.targets.every((to) => to.host !== "" && !endpoints.some(isSame(to)));
}

/** Whether another container was created under the same name. */
export function isMadeAnew(last: Observation, seen: Observation): boolean {
  return seen.status !== "absent" && last.id !== seen.id;
}

/** Whether two addresses are the same. */
export function isSame(one: Endpoint): (other: Endpoint) => boolean {
  return ({ host, port }) => host === one.host && port === one.port;
}

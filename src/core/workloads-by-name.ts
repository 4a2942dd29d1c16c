import type { Settings, WorkloadSettings } from "./settings.ts";

/**
 * Returns the workloads that have no host and are neither group members nor dependencies; a front proxy sends auth
 * requests for them by name (`/_auth/FRONT/container/NAME`).
 */
export function workloadsByName({ workloads, groups }: Pick<Settings, "workloads" | "groups">): WorkloadSettings[] {
  const others = new Set([
    ...groups.flatMap(({ members }) => members),
    ...workloads.flatMap(({ dependsOn }) => dependsOn.map(({ name }) => name)),
  ]);
  return workloads.filter(({ name, hosts }) => hosts.length === 0 && !others.has(name));
}

import type { Settings, WorkloadSettings } from "./settings.ts";

/**
 * The workloads that no host leads to and that none other needs: a front proxy asks about them by their name
 * (`/_auth/FRONT/container/NAME`).
 */
export function workloadsByName({ workloads, groups }: Pick<Settings, "workloads" | "groups">): WorkloadSettings[] {
  const others = new Set([
    ...groups.flatMap(({ members }) => members),
    ...workloads.flatMap(({ dependsOn }) => dependsOn.map(({ name }) => name)),
  ]);
  return workloads.filter(({ name, hosts }) => hosts.length === 0 && !others.has(name));
}

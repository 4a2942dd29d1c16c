import type { Positioned } from "./check-containers.ts";
import { hostOf } from "../schema/host-port.ts";
import type { GroupKeys } from "../schema/group-schema.ts";
import type { KeyIssue } from "./schema-issues.ts";

/** Checks the rules across groups, and between groups and containers. */
export function checkGroups(
  groups: readonly Positioned<GroupKeys>[],
  names: ReadonlySet<string>,
  containerHosts: Iterable<string>,
): KeyIssue[] {
  const groupNames = new Set<string>();
  const hosts = new Set(containerHosts);
  return groups.flatMap(({ index, keys }) => {
    const issues: KeyIssue[] = [];
    const report = (path: (string | number)[], message: string) =>
      void issues.push({ path: ["groups", index, ...path], part: "value", message });

    if (groupNames.has(keys.name)) report(["name"], `duplicate group name found: "${keys.name}"`);
    groupNames.add(keys.name);

    for (const [item, host] of keys.host.map(hostOf).entries()) {
      if (hosts.has(host))
        report(["host", item], `group "${keys.name}" host "${host}" conflicts with an existing host`);
      hosts.add(host);
    }

    if (keys.containers.length === 0) report(["containers"], `group "${keys.name}" has no containers`);
    for (const [item, member] of keys.containers.entries()) {
      if (!names.has(member))
        report(["containers", item], `group "${keys.name}" references unknown container "${member}"`);
      if (keys.containers.indexOf(member) < item)
        report(["containers", item], `group "${keys.name}" lists container "${member}" twice`);
    }
    return issues;
  });
}

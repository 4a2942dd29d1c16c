import { hostOf } from "../../config/schema/host-port.ts";
import type { Imported, ImportedContainer } from "./types.ts";

/**
 * Removes hosts that an earlier container has, with a comment: in a file, unlike labels, replicas cannot share a host.
 */
export function withoutSharedHosts(imported: Imported): Imported {
  const owners = new Map<string, string>();
  const comments = [...imported.comments];
  const containers = imported.containers.flatMap((container): ImportedContainer[] => {
    const { host: wanted } = container.keys;
    if (!Array.isArray(wanted)) return [container];
    const hosts: readonly string[] = wanted;
    const taken = hosts.filter((host) => owners.has(hostOf(host)));
    const host = hosts.filter((each) => !taken.includes(each));
    for (const each of host) owners.set(hostOf(each), container.name);
    if (taken.length === 0) return [container];
    const owned = taken.map((each) => `${hostOf(each)} is already ${owners.get(hostOf(each))}'s`).join(", ");
    if (host.length === 0) {
      comments.push(
        `${container.name}: skipped, because ${owned}; replicas of a service can share a host by labels (--labels)`,
      );
      return [];
    }
    return [{ ...container, keys: { ...container.keys, host }, comments: [...container.comments, owned] }];
  });
  return { ...imported, containers, comments };
}

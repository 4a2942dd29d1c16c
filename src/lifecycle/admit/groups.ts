import type { GroupSettings } from "../../core/settings.ts";

/** The configured groups, by name and by member. */
export interface Groups {
  readonly all: ReadonlyMap<string, GroupSettings>;
  of(member: string): readonly GroupSettings[];
  add(group: GroupSettings): void;
  /**
   * Removes the groups with one of these names or with one of these members. Returns the names of the removed groups.
   */
  remove(names: ReadonlySet<string>): ReadonlySet<string>;
}

/** Creates an empty set of groups. */
export function createGroups(): Groups {
  const all = new Map<string, GroupSettings>();
  const byMember = new Map<string, Set<string>>();
  const of = (member: string): readonly GroupSettings[] =>
    [...(byMember.get(member) ?? [])].flatMap((name) => all.get(name) ?? []);
  return {
    all,
    of,
    add(group) {
      all.set(group.name, group);
      for (const member of group.members) {
        const names = byMember.get(member) ?? new Set();
        byMember.set(member, names.add(group.name));
      }
    },
    remove(names) {
      const removed = new Set([...names].flatMap((name) => [name, ...of(name).map((group) => group.name)]));
      for (const name of removed) {
        for (const member of all.get(name)?.members ?? []) {
          byMember.get(member)?.delete(name);
          if (byMember.get(member)?.size === 0) byMember.delete(member);
        }
        all.delete(name);
      }
      return removed;
    },
  };
}

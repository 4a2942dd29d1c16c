/** Members that are connected by keys: what changes with one of them are those that it is connected with. */
export interface Clusters {
  /** Sets the keys of a member; none: it is gone. */
  set(member: string, keys: readonly string[]): void;
  /** All that is connected with any of these keys. */
  around(keys: Iterable<string>): { readonly members: ReadonlySet<string>; readonly keys: ReadonlySet<string> };
  keysOf(member: string): readonly string[];
  keys(): Iterable<string>;
}

export function createClusters(): Clusters {
  const keysOf = new Map<string, readonly string[]>();
  /** Most keys have one member: a set for each would take more memory than all the rest. */
  const membersOf = new Map<string, string | Set<string>>();

  function join(key: string, member: string): void {
    const found = membersOf.get(key);
    if (found === undefined) membersOf.set(key, member);
    else if (found instanceof Set) found.add(member);
    else if (found !== member) membersOf.set(key, new Set([found, member]));
  }

  function leave(key: string, member: string): void {
    const found = membersOf.get(key);
    if (found instanceof Set) found.delete(member);
    if (found === member || (found instanceof Set && found.size === 0)) membersOf.delete(key);
  }

  return {
    set(member, keys) {
      for (const key of keysOf.get(member) ?? []) leave(key, member);
      for (const key of keys) join(key, member);
      if (keys.length === 0) keysOf.delete(member);
      else keysOf.set(member, keys);
    },
    keysOf: (member) => keysOf.get(member) ?? [],
    keys: () => membersOf.keys(),
    around(start) {
      const keys = new Set(start);
      const members = new Set<string>();
      for (const key of keys) {
        const found = membersOf.get(key) ?? [];
        for (const member of typeof found === "string" ? [found] : found) {
          if (members.has(member)) continue;
          members.add(member);
          for (const next of keysOf.get(member) ?? []) keys.add(next);
        }
      }
      return { members, keys };
    },
  };
}

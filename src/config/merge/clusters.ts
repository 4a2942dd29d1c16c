/** Sets of members that share keys, directly or through others; a change of one may affect all of its set. */
export interface Clusters {
  /** Sets the keys of a member; an empty list removes it. */
  set(member: string, keys: readonly string[]): void;
  /** Returns everything that is connected with any of these keys. */
  around(keys: Iterable<string>): { readonly members: ReadonlySet<string>; readonly keys: ReadonlySet<string> };
  keysOf(member: string): readonly string[];
  keys(): Iterable<string>;
}

/** Creates clusters without members. */
export function createClusters(): Clusters {
  const keysOf = new Map<string, readonly string[]>();
  /** Most keys have only one member, for which a set would take too much memory. */
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

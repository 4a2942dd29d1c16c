/**
 * A map that also finds names with or without their Docker host: `notes` by `local:notes`, or `nas:notes` by `notes`.
 */
export interface RouteNames<T> {
  readonly all: ReadonlyMap<string, T>;
  set(name: string, value: T): void;
  delete(name: string): void;
  /** Finds by exact name, else by an equivalent one; `undefined` if there is none or it is ambiguous. */
  find(name: string): T | undefined;
  /** Sets the name of the Docker host whose containers are known by their plain names. */
  setDefaultHost(host: string): void;
}

/** Creates an empty map. */
export function createRouteNames<T>(): RouteNames<T> {
  const all = new Map<string, T>();
  const byPlainName = new Map<string, Set<string>>();
  let usual = "";

  function equivalentTo(name: string): string | undefined {
    if (name.startsWith(`${usual}:`)) return plainIn(name);
    const [only, ...others] = byPlainName.get(name) ?? [];
    return others.length === 0 ? only : undefined;
  }

  return {
    all,
    set(name, value) {
      all.set(name, value);
      const plain = plainIn(name);
      if (plain !== undefined) byPlainName.set(plain, (byPlainName.get(plain) ?? new Set()).add(name));
    },
    delete(name) {
      all.delete(name);
      const plain = plainIn(name) ?? "";
      const names = byPlainName.get(plain);
      names?.delete(name);
      if (names?.size === 0) byPlainName.delete(plain);
    },
    find: (name) => all.get(name) ?? all.get(equivalentTo(name) ?? ""),
    setDefaultHost: (host) => void (usual = host),
  };
}

/** Returns the part of a name after the Docker host; `undefined` if it has no host. */
function plainIn(name: string): string | undefined {
  const colon = name.indexOf(":");
  return colon === -1 ? undefined : name.slice(colon + 1);
}

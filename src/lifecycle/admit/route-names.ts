/** Things by name, and by other names that somebody calls them: `local:notes` for `notes`, or `notes` for `nas:notes`. */
export interface RouteNames<T> {
  readonly all: ReadonlyMap<string, T>;
  set(name: string, value: T): void;
  delete(name: string): void;
  /** What is called so, or meant by it; `undefined`: nothing, or more than one. */
  find(name: string): T | undefined;
  /** What the Docker host is called whose containers have their plain names. */
  callUsual(host: string): void;
}

/** Creates the record of names, without any yet. */
export function createRouteNames<T>(): RouteNames<T> {
  const all = new Map<string, T>();
  const byPlainName = new Map<string, Set<string>>();
  let usual = "";

  function meantBy(name: string): string | undefined {
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
    find: (name) => all.get(name) ?? all.get(meantBy(name) ?? ""),
    callUsual: (host) => void (usual = host),
  };
}

/** What follows the host in a name; `undefined`: there is none in it. */
function plainIn(name: string): string | undefined {
  const colon = name.indexOf(":");
  return colon === -1 ? undefined : name.slice(colon + 1);
}

/** A lookup by host; `find` takes the raw Host field of a client, which may be hostile or missing. */
export interface HostTable<T> {
  find(rawHost: string | undefined): T | undefined;
  readonly size: number;
}

/** A host table that can be changed. */
export interface GrowingHostTable<T> extends HostTable<T> {
  set(pattern: string, value: T): void;
  delete(pattern: string): void;
}

/**
 * Creates a table from host patterns in our notation (lower-case `name`, `name:port` or `*.suffix`). A lookup tries the
 * exact `host:port`, the exact host without port and trailing dot, then the longest wildcard.
 */
export function createHostTable<T>(entries: Iterable<readonly [pattern: string, value: T]> = []): GrowingHostTable<T> {
  const exact = new Map<string, T>();
  const wildcards = new Map<string, T>();

  function set(pattern: string, value: T): void {
    if (pattern.startsWith("*.")) wildcards.set(pattern.slice(1), value);
    else exact.set(pattern, value);
  }

  for (const [pattern, value] of entries) set(pattern, value);
  return {
    set,
    delete: (pattern) => void (pattern.startsWith("*.") ? wildcards.delete(pattern.slice(1)) : exact.delete(pattern)),
    get size() {
      return exact.size + wildcards.size;
    },
    find(rawHost) {
      if (rawHost === undefined) return undefined;
      return exact.get(rawHost) ?? findNormalized(exact, wildcards, rawHost);
    },
  };
}

/**
 * Returns the host of a Host field in lower case, without port and trailing dots, IPv6 in its shortest form;
 * `undefined` if it is invalid.
 */
export function hostName(rawHost: string): string | undefined {
  if (rawHost.length === 0 || rawHost.length > 300 || !HOST_CHARACTERS.test(rawHost)) return undefined;
  const name = rawHost.toLowerCase().replace(PORT, "").replace(TRAILING_DOTS, "");
  if (name.startsWith("[")) return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : undefined;
  return name === "" ? undefined : name;
}

const HOST_CHARACTERS = /^[\w.:[\]%~-]+$/u;
const PORT = /:\d{0,5}$/u;
const TRAILING_DOTS = /\.+$/u;

function findNormalized<T>(exact: Map<string, T>, wildcards: Map<string, T>, rawHost: string): T | undefined {
  const name = hostName(rawHost);
  if (name === undefined) return undefined;
  const port = PORT.exec(rawHost)?.[0] ?? "";
  const found = exact.get(name + port) ?? exact.get(name);
  if (found !== undefined || wildcards.size === 0) return found;
  // From the second character on: a wildcard stands for at least one character.
  for (let dot = name.indexOf(".", 1); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const wildcard = wildcards.get(name.slice(dot) + port) ?? wildcards.get(name.slice(dot));
    if (wildcard !== undefined) return wildcard;
  }
  return undefined;
}

/**
 * Returns whether an unknown Host is the gateway's own address, which a proxy in front may send instead of the
 * client's: an IP address, a name without a dot (localhost, a container or service name), or one of the gateway's own
 * names.
 */
export function isGatewayName(rawHost: string, ownNames: ReadonlySet<string>): boolean {
  const name = hostName(rawHost);
  if (name === undefined) return false;
  return !name.includes(".") || IPV4.test(name) || name.endsWith(DOCKER_SUFFIX) || ownNames.has(name);
}

const IPV4 = /^[\d.]+$/u;
const DOCKER_SUFFIX = ".docker.internal";

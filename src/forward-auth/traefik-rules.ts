/** Returns a rule that matches any of these exact hosts. */
export function hostsRule(hosts: readonly string[]): string {
  return hosts.map((host) => `Host(${quote(host.replaceAll(/[[\]]/gu, ""))})`).join(" || ");
}

/**
 * Returns a rule that matches every host below `domain`, at any depth. Traefik compares hosts in lower case without
 * their port.
 */
export function anyHostRule(domain: string): string {
  return `HostRegexp(${quote(`^.+\\.${escapeRegExp(domain)}$`)})`;
}

/** Returns a rule that matches polls of the loading page for any of these containers and groups. */
export function pollRule(names: readonly string[]): string {
  const known = `QueryRegexp(\`container\`, ${quote(`^(${names.map(escapeRegExp).join("|")})$`)})`;
  return `(Path(\`/_health\`) || Path(\`/_logs\`)) && ${known}`;
}

/** Removes the port of a host. */
export function withoutPort(host: string): string {
  return host.replace(/(?<=[^:]):\d+$/u, "");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}

/** Returns a Go raw string, which can contain anything except a backtick; hosts and container names have none. */
function quote(text: string): string {
  return `\`${text.replaceAll("`", "")}\``;
}

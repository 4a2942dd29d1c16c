/** Returns a rule that matches any of these exact hosts. */
export function hostsRule(hosts: readonly string[]): string {
  return hosts.map((host) => `Host(${quote(host.replaceAll(/[[\]]/gu, ""))})`).join(" || ");
}

/**
 * Returns a rule that matches every host below `domain`, however deep; Traefik compares in lower case, without the
 * port.
 */
export function anyHostRule(domain: string): string {
  return `HostRegexp(${quote(`^.+\\.${escapeRegExp(domain)}$`)})`;
}

/** Returns a rule that matches the polls of the loading page about any of these containers and groups. */
export function pollRule(names: readonly string[]): string {
  const known = `QueryRegexp(\`container\`, ${quote(`^(${names.map(escapeRegExp).join("|")})$`)})`;
  return `(Path(\`/_health\`) || Path(\`/_logs\`)) && ${known}`;
}

export function withoutPort(host: string): string {
  return host.replace(/(?<=[^:]):\d+$/u, "");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}

/** Returns a Go raw string: it may hold everything but the backtick, which no host and no container name has. */
function quote(text: string): string {
  return `\`${text.replaceAll("`", "")}\``;
}

import type { Settings } from "../../core/settings.ts";
import { type Finding, coversHost, missing, note, ok } from "./finding.ts";

/**
 * Checks the configuration of a running Caddy (`/config/` of its admin endpoint) for the hosts of this configuration.
 */
export function findInCaddy(config: unknown, settings: Settings): Finding[] {
  const proxies = proxiesIn(config, []);
  const authProxies = proxies.filter(({ uri }) => uri.startsWith("/_auth/caddy"));
  const hosts = [...settings.workloads, ...settings.groups].flatMap((one) => one.hosts);
  if (authProxies.length === 0)
    return [
      missing("no forward_auth uses /_auth/caddy: add `forward_auth GATEWAY:PORT { uri /_auth/caddy? }` to the sites"),
    ];
  return [
    ...authProxies.flatMap(ofAuthProxy),
    ...proxies.filter(isGeneric).flatMap((proxy) => ofGeneric(proxy, authProxies)),
    ...hosts.map((host) => ofHost(host, authProxies)),
  ];
}

/** A `reverse_proxy` (`forward_auth` is one too) with the hosts of its site (empty: all). */
interface Proxy {
  readonly hosts: readonly string[];
  /** The path that it requests; empty: the client's. */
  readonly uri: string;
  readonly dials: readonly string[];
  /** Its JSON in Caddy's configuration. */
  readonly text: string;
}

/** Returns all proxies in order. Routes are nested, and a host matcher applies to everything below it. */
function proxiesIn(node: unknown, hosts: readonly string[]): Proxy[] {
  if (Array.isArray(node)) return node.flatMap((one) => proxiesIn(one, hosts));
  if (typeof node !== "object" || node === null) return [];
  const own = list(node, "match").flatMap((matcher) => list(matcher, "host").map(String));
  const below = own.length > 0 ? own : hosts;
  const inner = Object.values(node).flatMap((one) => proxiesIn(one, below));
  if (get(node, "handler") !== "reverse_proxy") return inner;
  const uri = get(get(node, "rewrite"), "uri");
  const dials = list(node, "upstreams").map((upstream) => JSON.stringify(get(upstream, "dial") ?? "").slice(1, -1));
  return [{ hosts: below, uri: typeof uri === "string" ? uri : "", dials, text: JSON.stringify(node) }, ...inner];
}

function ofAuthProxy({ uri, dials, hosts }: Proxy): Finding[] {
  const where = hosts.length === 0 ? "every site" : hosts.join(", ");
  if (uri.includes("?")) return [ok(`forward_auth uses ${dials.join(", ")}${uri} for ${where}`)];
  return [
    missing(`${where}: forward_auth passes on the client's query: write \`uri ${uri}?\`, with the question mark`),
  ];
}

function isGeneric({ dials }: Proxy): boolean {
  return dials.some((dial) => /X-Gateway-Upstream/i.test(dial));
}

function ofGeneric(proxy: Proxy, authProxies: readonly Proxy[]): Finding[] {
  const where = proxy.hosts.join(", ") || "every site";
  const covering = authProxies.filter(({ hosts }) => hosts.join() === proxy.hosts.join());
  const copies = covering.some(({ text }) => /reverse_proxy\.header\.X-Gateway-Upstream/i.test(text));
  const deletes = /"delete":\[[^\]]*"X-Gateway-Upstream"/i.test(proxy.text);
  return [
    ...(copies
      ? [ok(`${where}: the generic block uses X-Gateway-Upstream from the gateway`)]
      : [
          missing(
            `${where}: reverse_proxy goes to X-Gateway-Upstream, but forward_auth does not copy it: add \`copy_headers X-Gateway-Upstream\``,
          ),
        ]),
    ...(deletes
      ? []
      : [note(`${where}: apps see X-Gateway-Upstream: add \`header_up -X-Gateway-Upstream\` to the reverse_proxy`)]),
  ];
}

function ofHost(host: string, authProxies: readonly Proxy[]): Finding {
  const hasAuthRequests = authProxies.some(
    ({ hosts }) => hosts.length === 0 || hosts.some((one) => coversHost(one, host)),
  );
  return hasAuthRequests
    ? ok(`${host}: sends auth requests`)
    : missing(`${host}: no site with forward_auth to the gateway serves this host: add one`);
}

function list(node: unknown, name: string): unknown[] {
  const value = get(node, name);
  return Array.isArray(value) ? value : [];
}

function get(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined;
}

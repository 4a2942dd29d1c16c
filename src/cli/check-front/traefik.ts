import type { Settings } from "../../core/settings.ts";
import { type Finding, bareHost, missing, note, ok } from "./finding.ts";
import { findInOrder } from "./order.ts";
import type { Router, TraefikData } from "./traefik-data.ts";

/** Checks a running Traefik for the hosts of this configuration, from the data that it reports. */
export function findInTraefik(version: string, data: TraefikData, settings: Settings): Finding[] {
  const wakers = Object.keys(data.middlewares).filter((name) => pathOf(data, name)?.startsWith("/_auth/traefik"));
  const hosts = [...settings.workloads, ...settings.groups].flatMap((one) => one.hosts);
  return [
    ofVersion(version),
    ...ofMiddlewares(data, wakers, settings),
    ...hosts.flatMap((host) => ofHost(host, data, wakers, settings)),
    ...ofPaths(hosts, data, wakers),
  ];
}

/**
 * Returns whether Traefik knows `traefik.docker.allownonrunning`; versions that cannot be parsed (development builds)
 * do.
 */
export function keepsStopped(version: string): boolean {
  const [major = 3, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(version)?.slice(1) ?? ["3", "99"]).map(Number);
  return major > 3 || (major === 3 && minor >= 6);
}

/** Returns the routers of all providers whose rule contains this host. */
export function routersOf(host: string, data: TraefikData): Router[] {
  const routers = Object.entries(data.routers).map(([name, one]) => ({ ...one, name }));
  return routers.filter(({ name, rule }) => !name.endsWith("@internal") && matches(rule, bareHost(host)));
}

function ofVersion(version: string): Finding {
  if (keepsStopped(version)) return ok(`Traefik ${version}`);
  return note(
    `Traefik ${version} is older than 3.6 and does not know traefik.docker.allownonrunning: use the HTTP or file provider`,
  );
}

function ofMiddlewares(data: TraefikData, wakers: readonly string[], { gateway }: Settings): Finding[] {
  const isOurs = gateway.traefik.via === "proxy" || Object.keys(data.routers).some(isPublished);
  if (wakers.length === 0 && gateway.traefik.via !== "forward-auth" && isOurs)
    return [
      note(
        `no forwardAuth middleware, and gateway.traefik.via is ${gateway.traefik.via}: requests pass through the gateway`,
      ),
    ];
  if (wakers.length === 0)
    return [
      missing(
        "no forwardAuth middleware points at /_auth/traefik: define one with address http://GATEWAY:PORT/_auth/traefik",
      ),
    ];
  return wakers.flatMap((name) => {
    const { forwardAuth, error } = data.middlewares[name] ?? {};
    return [
      ok(`middleware ${name} sends auth requests to ${forwardAuth?.address}`),
      ...(error === undefined ? [] : [missing(`middleware ${name} is not active: ${error.join("; ")}`)]),
      ...ofTrust(name, forwardAuth?.trustForwardHeader),
      ...((forwardAuth?.maxResponseBodySize ?? -1) > 0
        ? []
        : [note(`middleware ${name} sets no maxResponseBodySize, so Traefik logs a warning: set 1048576`)]),
    ];
  });
}

function ofTrust(name: string, trust: boolean | undefined): Finding[] {
  if (trust === false) return [];
  const what = `middleware ${name}: set trustForwardHeader to false`;
  if (trust === true) return [missing(`${what}: with true, clients can set another host, path and method`)];
  return [
    note(
      `${what}: when unset, Traefik passes on X-Forwarded-Port, X-Forwarded-Prefix and X-Real-Ip from trusted peers`,
    ),
  ];
}

function ofHost(host: string, data: TraefikData, wakers: readonly string[], settings: Settings): Finding[] {
  const routers = routersOf(host, data).filter((one) => !redirects(one, data));
  if (routers.length === 0)
    return [
      missing(
        `${host}: no router (404 without an auth request): add one, or traefik.docker.allownonrunning=true if a stopped container's labels define it`,
      ),
    ];
  const withAuth = new Set(routers.filter((one) => countAuthRequests(one, data, wakers) > 0).map(({ name }) => name));
  const findings = routers.flatMap((one) => {
    if (one.error !== undefined || withAuth.has(one.name)) return ofRouter(host, one, data, wakers);
    const behind = routers.some((other) => withAuth.has(other.name) && isAbove(other, one));
    if (isDirect(host, one, settings)) return [ok(`${host}: no auth requests while it is awake (when_awake: direct)`)];
    const isOurs = settings.gateway.traefik.via === "proxy" && one.name.endsWith("@http");
    if (isOurs || routesToGateway(one, data, wakers)) return ofOrder(host, one, data, wakers);
    if (behind) return [];
    const middleware = wakers.find((name) => pathOf(data, name) === "/_auth/traefik") ?? wakers[0] ?? "it";
    return [missing(`${host}: router ${one.name} lacks the middleware: add ${middleware} to its middlewares`)];
  });
  return routedUnless(host, findings);
}

/** Returns whether a router comes from the gateway's own document. */
function isPublished(name: string): boolean {
  return name.startsWith("dag-") && name.endsWith("@http");
}

/**
 * Returns whether the gateway's document may omit the middleware, because the app needs no auth requests while it is
 * awake.
 */
function isDirect(host: string, { name }: Router, { workloads, gateway }: Settings): boolean {
  const workload = workloads.find(({ hosts }) => hosts.includes(host));
  return isPublished(name) && (workload?.traefikWhenAwake ?? gateway.traefik.whenAwake) === "direct";
}

/**
 * Checks routers with auth requests for unknown hosts. A container in the path (`/_auth/traefik/container/NAME`) may
 * have any host. Other unknown hosts may be in labels that were not read, so only the order of their middlewares is
 * checked.
 */
function ofPaths(hosts: readonly string[], data: TraefikData, wakers: readonly string[]): Finding[] {
  const known = new Set(hosts.flatMap((host) => routersOf(host, data)).map(({ name }) => name));
  const routers = Object.entries(data.routers).map(([name, one]) => ({ ...one, name }));
  return routers
    .filter((one) => !known.has(one.name))
    .flatMap((one) => {
      const waker = expand(one.middlewares, one.name, data).find((name) => wakers.includes(name));
      const path = waker && pathOf(data, waker);
      if (path === undefined) return [];
      if (path === "/_auth/traefik") return ofOrder(one.rule, one, data, wakers).map(({ text }) => note(text));
      return routedUnless(path, ofRouter(path, one, data, wakers));
    });
}

function routedUnless(where: string, findings: readonly Finding[]): Finding[] {
  return [...(findings.some(({ kind }) => kind === "missing") ? [] : [ok(`${where}: routed`)]), ...findings];
}

/** Checks a router that sends auth requests or is not active. */
function ofRouter(where: string, one: Router, data: TraefikData, wakers: readonly string[]): Finding[] {
  if (one.error !== undefined) return [missing(`${where}: router ${one.name} is not active: ${one.error.join("; ")}`)];
  const times = countAuthRequests(one, data, wakers);
  if (times > 1)
    return [
      missing(
        `${where}: router ${one.name} sends ${times} auth requests: list the middleware on the entry point or on the router, not on both`,
      ),
    ];
  return [...ofOrder(where, one, data, wakers), ...ofService(where, one, data)];
}

/** Returns whether a router's service is the gateway itself, whose proxy needs no auth requests. */
function routesToGateway({ name, service: named }: Router, data: TraefikData, wakers: readonly string[]): boolean {
  const gateways = wakers.map((waker) => URL.parse(data.middlewares[waker]?.forwardAuth?.address ?? "")?.origin);
  const urls = data.services[qualified(named, name)]?.loadBalancer?.servers ?? [];
  return urls.some(({ url = "" }) => gateways.includes(URL.parse(url)?.origin));
}

/** Checks all middlewares before the gateway's; if the gateway is the service, all middlewares. */
function ofOrder(host: string, one: Router, data: TraefikData, wakers: readonly string[]): Finding[] {
  const names = expand(one.middlewares, one.name, data);
  const ours = names.findIndex((name) => wakers.includes(name));
  const before = ours === -1 ? names : names.slice(0, ours);
  return before.flatMap((name) => findInOrder(`${host}: router ${one.name}`, name, data.middlewares[name]));
}

function ofService(host: string, { name, service: named }: Router, data: TraefikData): Finding[] {
  const { loadBalancer } = data.services[qualified(named, name)] ?? {};
  const urls = (loadBalancer?.servers ?? []).flatMap(({ url }) => url ?? []);
  const byAddress = urls.find((url) => /^\w+:\/\/(\d|\[)/.test(url));
  return [
    ...(name.endsWith("@docker") && byAddress !== undefined
      ? [
          note(
            `${host}: its service uses ${byAddress}, an address that a stopped container loses: set the label loadbalancer.server.url=http://NAME:PORT and remove server.port`,
          ),
        ]
      : []),
    ...(loadBalancer?.healthCheck === undefined
      ? []
      : [
          note(
            `${host}: its loadbalancer.healthcheck causes a 503 after a wake until the next check, and counts as traffic: remove it`,
          ),
        ]),
  ];
}

/** Counts the auth requests of a router; its list includes the middlewares of its entry points. */
function countAuthRequests(router: Router, data: TraefikData, wakers: readonly string[]): number {
  return expand(router.middlewares, router.name, data).filter((name) => wakers.includes(name)).length;
}

function redirects(router: Router, data: TraefikData): boolean {
  return expand(router.middlewares, router.name, data).some((name) => data.middlewares[name]?.redirectScheme);
}

/** Returns these middlewares with chains expanded; Traefik refuses chains that contain themselves. */
function expand(names: readonly string[], owner: string, data: TraefikData, depth = 0): string[] {
  return names.flatMap((given) => {
    const name = qualified(given, owner);
    const chain = data.middlewares[name]?.chain;
    return chain === undefined || depth > 8 ? [name] : expand(chain.middlewares, name, data, depth + 1);
  });
}

/** Returns a name with its provider, by default that of the object that refers to it. */
function qualified(name: string, owner: string): string {
  return name.includes("@") ? name : `${name}${owner.slice(owner.lastIndexOf("@"))}`;
}

function pathOf(data: TraefikData, name: string): string | undefined {
  const address = data.middlewares[name]?.forwardAuth?.address ?? "";
  return URL.parse(address)?.pathname;
}

function isAbove(one: Router, other: Router): boolean {
  return one.priority > other.priority && !one.rule.includes("&&");
}

/** Returns whether a rule matches a host; tries a wildcard with an example. */
function matches(rule: string, host: string): boolean {
  if (rule === "PathPrefix(`/`)") return true;
  const sample = host.replace("*", "any");
  const names = [...rule.matchAll(/\bHost\(([^)]*)\)/g)].flatMap(([, list = ""]) => quoted(list));
  if (names.some((name) => name.toLowerCase() === host)) return true;
  return [...rule.matchAll(/\bHostRegexp\(`([^`]*)`\)/g)].some(([, pattern = ""]) => fits(pattern, sample));
}

function quoted(list: string): string[] {
  return [...list.matchAll(/[`"]([^`"]*)[`"]/g)].map(([, name = ""]) => name);
}

/** Tests a regular expression of Go, whose leading `(?i)` becomes a flag. */
function fits(pattern: string, sample: string): boolean {
  try {
    return new RegExp(pattern.replace(/^\(\?i\)/, ""), "i").test(sample);
  } catch {
    return false;
  }
}

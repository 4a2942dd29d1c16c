import type { Settings, TraefikProviderSettings, WorkloadSettings } from "../core/settings.ts";
import { type Forwarding, type Forwardings, portKey } from "./forwarding.ts";
import { serverName as serverNameOf } from "../core/server-name.ts";
import { anyHostRule, hostsRule, pollRule, withoutPort } from "./traefik-rules.ts";

/**
 * A document of Traefik's HTTP provider. Traefik rejects unknown keys and empty maps, so every key is declared here.
 */
export interface TraefikDocument {
  readonly http?: {
    readonly middlewares?: Readonly<Record<string, { readonly forwardAuth: ForwardAuth }>>;
    readonly routers: Readonly<Record<string, Router>>;
    readonly services: Readonly<Record<string, Service>>;
    readonly serversTransports?: Readonly<Record<string, ServersTransport>>;
  };
}

interface ForwardAuth {
  readonly address: string;
  readonly trustForwardHeader: false;
  readonly maxResponseBodySize: number;
}

interface Router {
  readonly entryPoints?: readonly string[];
  readonly middlewares?: readonly string[];
  readonly priority: number;
  readonly rule: string;
  readonly service: string;
  readonly tls?: { readonly certResolver?: string; readonly domains?: readonly { readonly main: string }[] };
}

interface Service {
  readonly loadBalancer: { readonly servers: readonly { readonly url: string }[]; readonly serversTransport?: string };
}

/** The TLS settings of Traefik for an app. */
interface ServersTransport {
  readonly insecureSkipVerify?: true;
  /** The server name to send and to verify; absent: the container's name. */
  readonly serverName?: string;
}

/**
 * Creates a router for every host and a service for every port of hosts, awake or asleep. `self` is our own `host:port`
 * as Traefik reaches it. The same settings give the same text; without hosts it is `{}`, which removes everything in
 * Traefik. Workloads that `forwarding` lacks are forwarded through the gateway, unless the settings specify otherwise.
 */
export function traefikDocument(
  settings: Settings,
  self: string,
  forwarding: Forwardings = new Map(),
): TraefikDocument {
  const { traefik } = settings.gateway;
  const targets = findTargets(settings, forwarding);
  if (targets.length === 0) return {};
  const routers = targets.flatMap((target) => routersOf(target, traefik));
  // Even while no app needs auth requests, so that the middleware exists when one falls asleep.
  const sendsAuthRequests = targets.some(({ workload }) => workload !== undefined);
  if (sendsAuthRequests) routers.push(["dag-polls", pollRouter(settings, traefik)]);
  const services = targets.flatMap(({ service, workload }): [string, Service][] =>
    workload === undefined ? [] : [[service, serviceOf(service, workload)]],
  );
  const transports = targets.flatMap(({ service, workload }): [string, ServersTransport][] =>
    workload?.targetScheme === "https" ? [[service, transportTo(workload)]] : [],
  );
  if (sendsAuthRequests || targets.some(({ workload }) => workload === undefined))
    services.push([GATEWAY, serviceAt(self)]);
  return {
    http: {
      ...(sendsAuthRequests && { middlewares: { [WAKE]: { forwardAuth: forwardAuthAt(self) } } }),
      routers: sorted(routers),
      services: sorted(services),
      ...(transports.length > 0 && { serversTransports: sorted(transports) }),
    },
  };
}

const GATEWAY = "dag-gateway";
const WAKE = "dag-wake";
/** A page has some 20 KiB, plus an inline logo. */
const MOST_BODY_BYTES = 1_048_576;
const HIGHEST_PRIORITY = 2_147_483_647;

interface Target {
  /** A unique name: the kind, and the name that is unique within it. */
  readonly router: string;
  readonly service: string;
  readonly hosts: readonly string[];
  /** Set if Traefik connects to it directly; `undefined`: the gateway forwards the traffic. */
  readonly workload: (WorkloadSettings & { readonly url: string; readonly sendsAuthRequests: boolean }) | undefined;
}

function findTargets({ workloads, groups, gateway }: Settings, forwarding: Forwardings): readonly Target[] {
  // Traefik ignores ports, so `app` and `app:8443` are one host; the last entry, the one without a port, is used.
  const every = [...workloads, ...groups]
    .flatMap(({ hosts }) => hosts)
    .toSorted()
    .toReversed();
  const left = new Map(every.map((host) => [withoutPort(host), host]));
  const claim = (hosts: readonly string[]): string[] =>
    hosts.filter((host) => left.get(withoutPort(host)) === host && left.delete(withoutPort(host)));
  const single = byName(workloads).flatMap((settings) =>
    [...Map.groupBy(claim(settings.hosts), (host) => settings.hostPorts?.[host])].map(([namedPort, own]): Target => {
      const key = portKey(settings.name, namedPort);
      const port = namedPort ?? settings.targetPort ?? 80;
      const { reach, sendsAuthRequests } = forwarding.get(key) ?? unknownForwarding(settings, port, gateway.traefik);
      const url = reach.by === "gateway" ? undefined : urlOf(settings, reach);
      const hosts = own.map(withoutPort);
      const workload = url === undefined ? undefined : { ...settings, hosts, url, sendsAuthRequests };
      return { router: `dag-app-${key}`, service: url ? `dag-app-${key}` : GATEWAY, hosts, workload };
    }),
  );
  // The traffic of a group passes through the gateway, because its awake members may change with every request.
  const several = byName(groups).map(({ name, hosts }): Target => ({
    router: `dag-group-${name}`,
    service: GATEWAY,
    hosts: claim(hosts).map(withoutPort),
    workload: undefined,
  }));
  return [...single, ...several].filter(({ hosts }) => hosts.length > 0);
}

function routersOf({ router, service, hosts, workload }: Target, traefik: TraefikProviderSettings): [string, Router][] {
  const plain = hosts.filter((host) => !host.startsWith("*.")).toSorted();
  const wild = hosts.filter((host) => host.startsWith("*.")).toSorted();
  // Other middlewares come first, so that an authenticating one also decides who may wake the app.
  const middlewares = [...traefik.middlewares, ...(workload?.sendsAuthRequests ? [WAKE] : [])];
  const common = { ...(middlewares.length > 0 && { middlewares }), service };
  const routers: [string, Router][] = wild.map((host) => [
    `dag-wild-${host.slice(2)}`,
    {
      ...entered(traefik, [host]),
      ...common,
      priority: wildPriority(traefik.priority, host),
      rule: anyHostRule(host.slice(2)),
    },
  ]);
  if (plain.length > 0) {
    routers.push([router, { ...entered(traefik), ...common, priority: traefik.priority, rule: hostsRule(plain) }]);
  }
  return routers;
}

/** Returns a priority below that of every exact host, higher for longer wildcards. */
function wildPriority(priority: number, host: string): number {
  return Math.max(1, priority - 100 + Math.min(99, host.split(".").length));
}

/**
 * Creates the router of polls of the loading page; only with known containers, because apps may have their own
 * `/_health`.
 */
function pollRouter({ workloads, groups }: Settings, traefik: TraefikProviderSettings): Router {
  const names = [...workloads, ...groups].map(({ name }) => name).toSorted();
  const { certResolver, ...section } = entered(traefik).tls ?? {};
  return {
    ...entered(traefik),
    ...(certResolver !== undefined && { tls: section }), // no certificate can be derived from a rule without Host
    priority: Math.min(HIGHEST_PRIORITY, traefik.priority + 1),
    rule: pollRule(names),
    service: GATEWAY,
  };
}

function entered(
  { entryPoints, certResolver }: TraefikProviderSettings,
  wild: readonly string[] = [],
): Partial<Router> {
  return {
    ...(entryPoints.length > 0 && { entryPoints }),
    ...(certResolver !== "" && {
      tls: { certResolver, ...(wild.length > 0 && { domains: wild.map((main) => ({ main })) }) },
    }),
  };
}

function forwardAuthAt(self: string): ForwardAuth {
  return { address: `http://${self}/_auth/traefik`, trustForwardHeader: false, maxResponseBodySize: MOST_BODY_BYTES };
}

function unknownForwarding(
  { name, process, engine }: WorkloadSettings,
  port: number,
  traefik: TraefikProviderSettings,
): Forwarding {
  const isNamed = traefik.via === "forward-auth" && process === undefined && engine !== "swarm";
  return {
    reach: isNamed ? { by: "name", host: name, port } : { by: "gateway", why: "unknown" },
    sendsAuthRequests: true,
  };
}

function urlOf({ targetScheme }: WorkloadSettings, { host, port }: { host: string; port: number }): string {
  return `${targetScheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function serviceOf(name: string, { targetScheme, url }: NonNullable<Target["workload"]>): Service {
  return { loadBalancer: { servers: [{ url }], ...(targetScheme === "https" && { serversTransport: name }) } };
}

function transportTo({ hosts, targetVerify }: WorkloadSettings): ServersTransport {
  const serverName = serverNameOf(hosts.find((host) => !host.startsWith("*.")));
  return { ...(!targetVerify && { insecureSkipVerify: true }), ...(serverName !== "" && { serverName }) };
}

function serviceAt(address: string): Service {
  return { loadBalancer: { servers: [{ url: `http://${address}` }] } };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

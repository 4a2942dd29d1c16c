import { parseHost } from "../../config/schema/host-name.ts";
import type { Service } from "./types.ts";

/** The hosts and port of a container, from the labels for its front proxy. */
export interface LabelledRoute {
  readonly hosts: readonly string[];
  readonly port: number | undefined;
  readonly comments: readonly string[];
}

/**
 * Reads the hosts and the port from labels of Traefik or Caddy (caddy-docker-proxy). A host that is routed to another
 * port than the first one contains it (`host=port`).
 */
export function readRoute({ labels, ports }: Pick<Service, "labels" | "ports">): LabelledRoute {
  const hosts = new Map<string, string>();
  const comments: string[] = [];
  const targets = portsByTarget(labels);
  const port = [...targets.values()][0];
  for (const [label, value] of Object.entries(labels)) {
    const key = label.toLowerCase();
    const found = ROUTER_RULE.test(key) ? hostsOfRule(value) : CADDY_SITE.test(key) ? value.split(/[\s,]+/) : [];
    for (const text of found) {
      const host = parseHost(text.replace(/^https?:\/\//, ""));
      const own = targets.get(targetOf(key, labels));
      if (host.ok && (own !== undefined || !hosts.has(host.value)))
        hosts.set(host.value, own === undefined || own === port ? "" : `=${own}`);
      if (!host.ok) comments.push(`${label}: ${host.fault}; add its host here`);
    }
    if (ROUTER_RULE.test(key) && /HostRegexp|Path|Header|Query|Method|ClientIP/.test(value)) {
      comments.push(`${label}=${value}: only the hosts are used; Traefik still applies the rest`);
    }
  }
  return {
    hosts: [...hosts].map(([host, own]) => host + own),
    port: port ?? (ports.length === 1 ? ports[0] : undefined),
    comments,
  };
}

const ROUTER_RULE = /^traefik\.http\.routers\.[^.]+\.rule$/;
const CADDY_SITE = /^caddy(_\d+)?$/;
const SERVER_PORT = /^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port$/;
const SERVER_URL = /^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.url$/;
const CADDY_UPSTREAM = /^caddy(_\d+)?\.(\d+_)?reverse_proxy$/;

/** Returns the ports by service of Traefik or site of Caddy. */
function portsByTarget(labels: Service["labels"]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [label, value] of Object.entries(labels)) {
    const key = label.toLowerCase();
    const port = portOfLabel(key, value);
    const target = /^traefik\.http\.services\.([^.]+)\./.exec(key)?.[1] ?? key.split(".", 1)[0] ?? "";
    if (port !== undefined && !found.has(target)) found.set(target, port);
  }
  return found;
}

/** Returns the service of a router, or the site. */
function targetOf(key: string, labels: Service["labels"]): string {
  const router = /^traefik\.http\.routers\.([^.]+)\./.exec(key)?.[1];
  if (router === undefined) return key;
  const label = Object.keys(labels).find((one) => one.toLowerCase() === `traefik.http.routers.${router}.service`);
  return label === undefined ? router : (labels[label] ?? "").toLowerCase();
}

/** Returns the hosts of a rule such as ``Host(`a`, `b`) || Host("c")``; ignores `HostRegexp` and negated parts. */
function hostsOfRule(rule: string): string[] {
  const calls = [...rule.matchAll(/(!?)\s*\bHost\(([^)]*)\)/gi)].filter(([, not]) => not === "");
  return calls.flatMap(([, , list = ""]) => [...list.matchAll(/[`"']([^`"']+)[`"']/g)].map(([, host = ""]) => host));
}

function portOfLabel(key: string, value: string): number | undefined {
  const text = SERVER_PORT.test(key)
    ? value
    : SERVER_URL.test(key) && URL.canParse(value)
      ? new URL(value).port || "80"
      : CADDY_UPSTREAM.test(key)
        ? (/(?:upstreams\s+|:)(\d+)/.exec(value)?.[1] ?? "")
        : "";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

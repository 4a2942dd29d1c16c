import { CONTAINER_NAME } from "../../config/schema/container-schema.ts";
import { formatDuration } from "../../core/duration.ts";
import { parseHost } from "../../config/schema/host-name.ts";
import { hostOf } from "../../config/schema/host-port.ts";
import { listOf, mapOf, readYaml, scalar } from "./compose.ts";
import type { Imported, ImportedContainer, KeyValue } from "./types.ts";

/**
 * Converts a config.yml of ContainerNursery to our configuration; throws an error with one sentence if it is invalid.
 */
export function importContainerNursery(text: string): Imported {
  const file = mapOf(readYaml(text));
  const hosts = listOf(file["proxyHosts"]).map(mapOf);
  if (hosts.length === 0) throw new TypeError("no proxyHosts found: not a configuration of ContainerNursery");
  const port = Number(file["proxyListeningPort"] ?? DEFAULT_PORT);
  const comments = Object.entries(file)
    .filter(([key]) => key !== "proxyHosts" && key !== "proxyListeningPort")
    .map(([key, value]) => `${key}=${scalar(value) || JSON.stringify(value)}: not recognised`);

  const containers = new Map<string, ImportedContainer>();
  for (const [index, host] of hosts.entries()) {
    const missing = REQUIRED.filter((key) => texts(host[key]).length === 0);
    if (missing.length > 0) {
      comments.push(`proxyHosts[${index}]: skipped, as in ContainerNursery, because it lacks ${missing.join(", ")}`);
      continue;
    }
    for (const container of containersOf(host)) merge(containers, container, comments);
  }
  return { gateway: { port }, containers: [...containers.values()], comments };
}

const DEFAULT_PORT = 80;
const REQUIRED = ["domain", "containerName", "proxyHost", "proxyPort", "timeoutSeconds"];

type ProxyHost = Readonly<Record<string, unknown>>;

/** Returns the container of the app first, then those that start and stop with it. */
function containersOf(host: ProxyHost): ImportedContainer[] {
  const names = texts(host["containerName"]);
  const proxyHost = scalar(host["proxyHost"]);
  const main = names.includes(proxyHost) ? proxyHost : (names[0] ?? "");
  const others = names.filter((name) => name !== main);
  const keys = keysOf(host);
  const entry = (name: string, rest: Partial<ImportedContainer>): ImportedContainer => {
    return { name, service: name, keys: {}, dependsOn: [], comments: [], ...rest };
  };
  const comments = commentsOn(host, main);
  if (others.length > 0)
    comments.push(`containerName: ${main} is assumed to be the app; ${others.join(", ")} wake before it`);
  const dependsOn = others.map((name) => ({ container: name, service: name }));
  return [entry(main, { keys, comments, dependsOn }), ...others.map((name) => entry(name, {}))];
}

function keysOf(host: ProxyHost): Record<string, KeyValue> {
  const domains = texts(host["domain"]).map(parseHost);
  return {
    host: domains.flatMap((domain) => (domain.ok ? [domain.value] : [])),
    target_port: Number(host["proxyPort"]),
    ...(host["proxyUseHttps"] === true && { target_scheme: "https" }),
    idle_timeout: formatDuration(Number(host["timeoutSeconds"]) * 1000),
    ...(host["stopOnTimeoutIfCpuUsageBelow"] !== undefined && { idle_signal: "cpu" }),
  };
}

function commentsOn(host: ProxyHost, name: string): string[] {
  const proxyHost = scalar(host["proxyHost"]);
  const cpu = host["stopOnTimeoutIfCpuUsageBelow"];
  return [
    ...texts(host["domain"]).flatMap((domain) => {
      const parsed = parseHost(domain);
      return parsed.ok ? [] : [`domain: ${parsed.fault}`];
    }),
    ...(/^[0-9a-f]{12}([0-9a-f]{52})?$/.test(name)
      ? ["containerName looks like an id, which changes: use the container's name"]
      : []),
    ...(proxyHost === name
      ? []
      : [
          `proxyHost=${proxyHost}: not needed, the gateway finds the container; target_port must be the port inside the container, which may differ from a published ${scalar(host["proxyPort"])}`,
        ]),
    ...(cpu === undefined
      ? []
      : [`stopOnTimeoutIfCpuUsageBelow=${scalar(cpu)}: idle_signal: cpu uses its own threshold`]),
    ...Object.entries(host)
      .filter(([key]) => !KNOWN.has(key))
      .map(([key, value]) => `${key}=${scalar(value) || JSON.stringify(value)}: not recognised`),
  ];
}

const KNOWN: ReadonlySet<string> = new Set([...REQUIRED, "proxyUseHttps", "stopOnTimeoutIfCpuUsageBelow"]);

/** Merges the entries of a container, because our configuration has one entry with all its hosts. */
function merge(containers: Map<string, ImportedContainer>, next: ImportedContainer, comments: string[]): void {
  if (!CONTAINER_NAME.test(next.name)) {
    comments.push(`containerName=${next.name}: skipped, because Docker allows no such name`);
    return;
  }
  const former = containers.get(next.name);
  const ours = hostsOf(former);
  const port = former?.keys["target_port"] ?? next.keys["target_port"];
  const isOther = ours.length > 0 && port !== next.keys["target_port"];
  const known = new Set(ours.map(hostOf));
  const theirs = hostsOf(next).filter((host) => !known.has(host));
  const host = [
    ...ours,
    ...theirs.map((each) => (isOther ? `${each}=${JSON.stringify(next.keys["target_port"])}` : each)),
  ];
  containers.set(next.name, {
    ...next,
    keys: { ...next.keys, ...former?.keys, ...(host.length > 0 && { host }) },
    dependsOn: [...(former?.dependsOn ?? []), ...next.dependsOn],
    comments: [...(former?.comments ?? []), ...next.comments],
  });
}

function hostsOf(container: ImportedContainer | undefined): readonly string[] {
  const host = container?.keys["host"];
  return Array.isArray(host) ? (host as readonly string[]) : [];
}

/** Returns one or several values, without those that ContainerNursery treats as missing. */
function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(scalar).filter((text) => text !== "" && text !== "0");
}

import { formatDuration } from "../../core/duration.ts";
import { placeholderHost } from "./placeholder.ts";
import type { Imported, ImportedContainer, Service } from "./types.ts";

/** Converts Lazytainer's labels to our configuration. They contain no hosts, for which placeholders are used. */
export function importLazytainer(services: readonly Service[]): Imported {
  const groups = readGroups(services);
  const containers = services.flatMap((service): ImportedContainer[] => {
    const name = service.labels[MEMBER]?.trim();
    return name === undefined || name === "" ? [] : [memberOf(service, name, groups.get(name), services)];
  });
  const comments = [
    "only HTTP wakes a container: keep Lazytainer for other protocols (game servers, databases)",
    "publish the gateway's port, and remove network_mode and the ports that Lazytainer published",
  ];
  if (containers.length === 0) comments.push(`no container has the label ${MEMBER}`);
  return { gateway: {}, containers, comments };
}

const MEMBER = "lazytainer.group";
const PROPERTY = /^lazytainer\.group\.([^.]+)\.(.+)$/;

type Group = ReadonlyMap<string, string>;

/** Returns the properties of each group, which are labels of Lazytainer's own container. */
function readGroups(services: readonly Service[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Map<string, string>>();
  for (const { labels } of services) {
    for (const [label, value] of Object.entries(labels)) {
      const [, name = "", property = ""] = PROPERTY.exec(label) ?? [];
      if (name === "") continue;
      const group = groups.get(name) ?? groups.set(name, new Map()).get(name);
      group?.set(property, value);
    }
  }
  return groups;
}

function memberOf(
  service: Service,
  name: string,
  group: Group | undefined,
  services: readonly Service[],
): ImportedContainer {
  const members = services.filter(({ labels }) => labels[MEMBER]?.trim() === name);
  const ports = (group?.get("ports") ?? "")
    .split(",")
    .map(Number)
    .filter((port) => port > 0 && port < 65_536);
  const port = (ports.length === members.length ? ports[members.indexOf(service)] : ports[0]) ?? service.ports[0];
  const seconds = Number(group?.get("inactiveTimeout") ?? DEFAULT_TIMEOUT_S);
  const others = members.filter((other) => other !== service).map((other) => other.service);
  return {
    name: service.container,
    service: service.service,
    dependsOn: [],
    keys: {
      host: [placeholderHost(service.service)],
      ...(port !== undefined && { target_port: port }),
      idle_timeout: formatDuration((seconds > 0 ? seconds : DEFAULT_TIMEOUT_S) * 1000),
      ...(group?.get("sleepMethod") === "pause" && { stop_method: "pause" }),
    },
    comments: [
      "Lazytainer has no hosts: replace this placeholder with the name that visitors use",
      ...(group === undefined ? [`no label here describes group ${name}`] : []),
      ...(ports.length > 1 ? [`ports=${ports.join(",")}: check that this container listens on target_port`] : []),
      ...(others.length > 0 ? [`${others.join(", ")} woke with it: list the ones that it needs under depends_on`] : []),
      ...[...(group ?? [])].flatMap(([property, value]) => commentOn(name, property, value)),
      ...Object.entries(service.labels).flatMap(([label, value]) =>
        label.startsWith("lazytainer.") && label !== MEMBER && !PROPERTY.test(label)
          ? [`${label}=${value}: not recognised`]
          : [],
      ),
    ],
  };
}

const DEFAULT_TIMEOUT_S = 30;

function commentOn(group: string, property: string, value: string): string[] {
  if (["ports", "inactiveTimeout"].includes(property) || (property === "sleepMethod" && /^(stop|pause)$/.test(value)))
    return [];
  return [`${MEMBER}.${group}.${property}=${value}: ${WITHOUT_EQUIVALENT[property] ?? "not recognised"}`];
}

const WITHOUT_EQUIVALENT: Readonly<Record<string, string>> = {
  minPacketThreshold: "no equivalent; a single request wakes it, and ignore excludes clients",
  pollRate: "not needed; stops are exact to the second",
  netInterface: "not needed; traffic passes through the gateway",
  ignoreActiveClients: "no equivalent; an open connection keeps it awake",
  sleepMethod: "no equivalent; stop_method is stop, pause or kill",
};

import type { Service } from "./types.ts";

/** The roles of containers that Sablier manages. */
export interface Roles {
  /** Containers with a host, which requests wake. */
  readonly withHost: readonly Service[];
  /** Dependencies of others, according to Compose's depends_on. */
  readonly composed: readonly Service[];
  /** Containers without a host whose group has one with a host, of which they become dependencies. */
  readonly needed: readonly Service[];
  /** All others; their hosts are not in labels. */
  readonly withoutHost: readonly Service[];
}

/** Sorts the services with `sablier.enable=true`; `hasHost` returns whether a host is routed to one. */
export function sortRoles(services: readonly Service[], hasHost: (service: Service) => boolean): Roles {
  const byId = new Map(services.map((service) => [service.id, service]));
  const managed = services.filter(({ labels }) => labels["sablier.enable"]?.trim() === "true");
  const withHost: Service[] = [];
  const composed: Service[] = [];
  const needed: Service[] = [];
  const withoutHost: Service[] = [];
  for (const service of managed) roleOf(service).push(service);
  return { withHost, composed, needed, withoutHost };

  function roleOf(service: Service): Service[] {
    if (hasHost(service)) return withHost;
    if (managed.some((other) => other !== service && needs(other, service.id, new Set()))) return composed;
    return managed.some((other) => hasHost(other) && isTogether(other, service)) ? needed : withoutHost;
  }

  function needs(service: Service, id: string, seen: Set<string>): boolean {
    if (seen.has(service.id)) return false;
    seen.add(service.id);
    return service.dependsOn.some((dependency) => {
      const found = byId.get(dependency.id);
      return dependency.id === id || (found !== undefined && needs(found, id, seen));
    });
  }
}

/** Returns the groups of a container; without a label it is in "default". */
export function sablierGroups({ labels }: Service): readonly string[] {
  return (labels["sablier.group"] ?? "default").split(",").map((group) => group.trim());
}

/** Returns whether two containers share a group. */
export function isTogether(one: Service, other: Service): boolean {
  const groups = sablierGroups(other);
  return sablierGroups(one).some((group) => groups.includes(group));
}

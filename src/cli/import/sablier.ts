import { placeholderHost } from "./placeholder.ts";
import { readSablierLabels } from "./sablier-labels.ts";
import { isTogether, type Roles, sablierGroups, sortRoles } from "./sablier-roles.ts";
import { type LabelledRoute, readRoute } from "./sablier-routes.ts";
import { readDefaults, readSessions, type SablierDefaults, type Session } from "./sablier-sessions.ts";
import type { Imported, ImportedContainer, KeyValue, Service } from "./types.ts";

/**
 * Converts Sablier's labels to our configuration. A group of Sablier wakes as a whole, so its members without a host
 * become dependencies.
 */
export function importSablier(services: readonly Service[]): Imported {
  const defaults = readDefaults(services);
  const sessions = services.flatMap(readSessions);
  const routes = new Map(services.map((service) => [service, readRoute(service)]));
  const roles = sortRoles(services, (service) => (routes.get(service)?.hosts.length ?? 0) > 0);
  const byId = new Map(services.map((service) => [service.id, service]));

  const dependencies = new Set<Service>();
  const containers = [...roles.withHost, ...roles.withoutHost].map((service): ImportedContainer => {
    const session = sessionOf(service, sessions);
    const { dependsOn, comments } = dependenciesOf(service, roles, byId);
    for (const each of dependsOn) dependencies.add(each);
    const route = routes.get(service) ?? readRoute(service);
    const own = readSablierLabels(service, session?.duration || defaults.duration, defaults.pauses);
    return {
      name: service.container,
      service: service.service,
      dependsOn,
      keys: { ...routeKeys(service, route), ...own.keys, ...sessionKeys(session, defaults) },
      comments: [
        ...(route.hosts.length === 0 ? ["these labels contain no host: replace this placeholder"] : []),
        ...comments,
        ...(session === undefined && sessions.length > 0 ? ["no middleware in these labels names its group"] : []),
        ...route.comments,
        ...own.comments,
        ...(session?.comments ?? []),
      ],
    };
  });
  const dependencyOnly = [...dependencies].filter(
    (each) => !roles.withHost.includes(each) && !roles.withoutHost.includes(each),
  );
  const isManaged = (service: Service) => roles.composed.includes(service) || roles.needed.includes(service);
  return {
    gateway: {},
    containers: [
      ...containers,
      ...dependencyOnly.map((service) => dependencyEntry(service, defaults.pauses && isManaged(service))),
    ],
    comments: [
      TAKES_THE_PLACE,
      ...(containers.length === 0 ? ["no container has sablier.enable=true"] : []),
      ...roles.composed.flatMap((each) => (dependencies.has(each) ? [] : leftOut(each, BY_COMPOSE))),
      ...roles.needed.flatMap((each) => (dependencies.has(each) ? [] : leftOut(each, BY_NOBODY))),
    ],
  };
}

const TAKES_THE_PLACE = "in the front proxy, the auth request to the gateway takes the place of Sablier's plugin";

/** Returns the containers that its group wakes with it, except those in Compose's depends_on. */
function dependenciesOf(
  service: Service,
  { withHost, needed }: Roles,
  byId: ReadonlyMap<string, Service>,
): { dependsOn: readonly Service[]; comments: readonly string[] } {
  const others = withHost
    .filter((other) => other !== service && isTogether(service, other))
    .map((other) => other.service);
  const comments =
    others.length === 0
      ? []
      : [`sablier.group: ${others.join(", ")} woke with it; here each wakes when it receives a request`];
  const own = needed.filter((other) => isTogether(service, other));
  if (own.length === 0) return { dependsOn: [], comments };
  if (service.dependsOn.some(({ isOneShot }) => isOneShot)) {
    const names = own.map((each) => each.service).join(", ");
    return { dependsOn: [], comments: [...comments, `sablier.group: ${names} ${ADD_TO_COMPOSE}`] };
  }
  const composed = service.dependsOn.flatMap(({ id }) => byId.get(id) ?? []);
  return { dependsOn: [...new Set([...composed, ...own])], comments };
}

const ADD_TO_COMPOSE =
  "woke with it: add it to Compose's depends_on; a depends_on here would override Compose's conditions";

function routeKeys(service: Service, { hosts, port }: LabelledRoute): Record<string, KeyValue> {
  const host = hosts.length > 0 ? hosts : [placeholderHost(service.service)];
  return { host, ...(port !== undefined && { target_port: port }) };
}

function sessionKeys(session: Session | undefined, defaults: SablierDefaults): Record<string, KeyValue> {
  if (session === undefined) return {};
  const { title, holdTimeout, userAgents } = session;
  return {
    ...(title !== "" && { title }),
    ...(holdTimeout !== undefined && { wake: "hold", hold_timeout: holdTimeout || defaults.holdTimeout }),
    ...(userAgents.length > 0 && { ignore: { user_agents: userAgents } }),
  };
}

/** Creates the entry of a dependency. It needs no idle timeout, because it is stopped with its last dependent. */
function dependencyEntry(service: Service, pauses: boolean): ImportedContainer {
  const { container: name, service: own } = service;
  const { comments } = readSablierLabels(service, "0", pauses);
  return { name, service: own, dependsOn: [], keys: pauses ? { stop_method: "pause" } : {}, comments };
}

function leftOut(service: Service, why: string): string[] {
  const { comments } = readSablierLabels(service, "0", false);
  return [why, ...comments].map((comment) => `${service.service}: ${comment}`);
}

const BY_COMPOSE = "no entry: it wakes with the containers whose Compose depends_on names it";
const BY_NOBODY = "no entry: it wakes once another container's Compose depends_on names it";

/** Returns the session of a container: one that names it, else the first one for its groups. */
function sessionOf(service: Service, sessions: readonly Session[]): Session | undefined {
  const ofName = ({ names }: Session) => names.includes(service.container) || names.includes(service.service);
  const ofGroups = sablierGroups(service).flatMap((group) => sessions.filter(({ groups }) => groups.includes(group)));
  return ofGroups.find(({ by }) => by === service.id) ?? sessions.find(ofName) ?? ofGroups[0];
}

import { createBalancer, type Balancer } from "../../core/balance.ts";
import { createHostTable, type HostTable } from "../../core/host-table.ts";
import type { GroupSettings, SettingsChange, WorkloadSettings } from "../../core/settings.ts";
import { portFor } from "../workload/ports-of.ts";
import type { RouteMember, WorkloadRecord } from "../workload/record.ts";
import { createGroups } from "./groups.ts";
import { createRouteNames } from "./route-names.ts";
import type { HoldQueue } from "./hold.ts";

/**
 * The destination of a host: a workload (as its only member) or a group, with one port of each member. Shared by all
 * hosts with the same ports; immutable.
 */
export interface Route {
  /** The workload's or the group's name. */
  readonly name: string;
  readonly members: readonly WorkloadRecord[];
  /** The members, each with the port to which these hosts are routed. */
  readonly memberPorts: readonly RouteMember[];
  readonly group: GroupSettings | undefined;
  /** The settings of pages: the workload's, or those of the first member with the group's name. */
  readonly settings: WorkloadSettings;
  /** The name of the sticky cookie; empty: none. */
  readonly cookie: string;
  readonly balance: Balancer;
  readonly queue: HoldQueue;
  /** Set if the gate alone decides: one member, no `ignore` rules, no cookie. */
  readonly single: RouteMember | undefined;
}

/** The routes of a workload or a group. */
export interface RouteSet {
  /** The route to the workloads' own ports, which most hosts use. */
  readonly main: Route;
  /** A list, because with ten thousand sets it takes less memory than maps. */
  readonly byHost: readonly (readonly [host: string, route: Route])[];
}

/** All routes. A change replaces only the routes that it concerns. */
export interface Routes {
  readonly hosts: HostTable<Route>;
  /** The main route of each workload and group; a workload takes precedence over a group of the same name. */
  readonly byName: ReadonlyMap<string, Route>;
  /** Finds a route by a name of its workload or group, also by an equivalent one (`local:notes` for `notes`). */
  named(name: string): Route | undefined;
  readonly groups: ReadonlyMap<string, GroupSettings>;
  groupsOf(member: string): readonly GroupSettings[];
  /** Returns false for a route that was replaced or removed. */
  isCurrent(route: Route): boolean;
  /**
   * Applies a change of settings, after `records` were updated. Returns the replaced routes with their replacements.
   */
  replace(change: SettingsChange, records: ReadonlyMap<string, WorkloadRecord>): readonly Replaced[];
}

interface Replaced {
  readonly former: RouteSet;
  readonly next: RouteSet | undefined;
}

/** Returns the route of a name; if the host belongs to it, with the ports of that host. */
export function routeNamed({ named, hosts }: Routes, name: string, host: string | undefined): Route | undefined {
  const found = named(name);
  const own = found && hosts.find(host);
  return own?.name === found?.name && own?.group === found?.group ? own : found;
}

/** Creates an empty set of routes. */
export function createRoutes(): Routes {
  const hosts = createHostTable<Route>();
  const ofWorkloads = new Map<string, RouteSet>();
  const ofGroups = new Map<string, RouteSet>();
  const groups = createGroups();
  const named = createRouteNames<Route>();

  /** Removes the routes of these names and of the groups that contain them. */
  function remove(names: ReadonlySet<string>): ReadonlyMap<string, RouteSet> {
    const former = new Map<string, RouteSet>();
    for (const name of new Set([...names, ...groups.remove(names)])) {
      const own = ofWorkloads.get(name) ?? ofGroups.get(name);
      if (own !== undefined) former.set(name, own);
      for (const sets of [ofWorkloads, ofGroups]) {
        for (const [host] of sets.get(name)?.byHost ?? []) hosts.delete(host);
        sets.delete(name);
      }
      named.delete(name);
    }
    return former;
  }

  function add(set: RouteSet): void {
    const { name, group } = set.main;
    (group === undefined ? ofWorkloads : ofGroups).set(name, set);
    if (group === undefined || !named.all.has(name)) named.set(name, set.main);
    for (const [host, route] of set.byHost) hosts.set(host, route);
  }

  return {
    hosts,
    byName: named.all,
    named: named.find,
    groups: groups.all,
    groupsOf: groups.of,
    isCurrent: (route) => isIn((route.group === undefined ? ofWorkloads : ofGroups).get(route.name), route),
    replace(change, records) {
      const former = remove(change.names);
      named.setDefaultHost(change.gateway.defaultDocker);
      for (const settings of change.workloads) {
        const record = records.get(settings.name);
        if (record === undefined) continue;
        const { name, maxPending: limit } = settings;
        add(createSet({ name, limit, members: [record], group: undefined, settings }, former.get(name)?.main));
      }
      for (const group of change.groups) {
        groups.add(group);
        const members = group.members.flatMap((name) => records.get(name) ?? []);
        const [first] = members;
        if (first === undefined) continue;
        const limit = Math.max(...members.map((member) => member.settings.maxPending));
        const { name } = group;
        add(createSet({ name, limit, members, group, settings: { ...first.settings, name } }, former.get(name)?.main));
      }
      return [...former].map(([name, set]) => ({ former: set, next: ofWorkloads.get(name) ?? ofGroups.get(name) }));
    },
  };
}

function isIn(set: RouteSet | undefined, route: Route): boolean {
  return set !== undefined && (set.main === route || set.byHost.some(([, one]) => one === route));
}

type RoutePlan = Omit<Route, "cookie" | "balance" | "queue" | "single" | "memberPorts"> & { readonly limit: number };

/** Creates one route per distinct set of ports; they share the balancer and the queue. */
function createSet(plan: RoutePlan, old: Route | undefined): RouteSet {
  const { members, group, settings } = plan;
  const main = createRoute(
    plan,
    members.map((record) => ({ record, port: record })),
    old,
  );
  const routes = [main];
  const routeFor = (host: string): Route => {
    const way = members.map((record) => ({ record, port: portFor(record, host) }));
    const known = routes.find(({ memberPorts }) => memberPorts.every(({ port }, at) => port === way[at]?.port));
    if (known !== undefined) return known;
    const route = createRoute(plan, way, main);
    routes.push(route);
    return route;
  };
  return { main, byHost: (group ?? settings).hosts.map((host) => [host, routeFor(host)] as const) };
}

function createRoute(
  { limit, ...plan }: RoutePlan,
  memberPorts: readonly RouteMember[],
  old: Route | undefined,
): Route {
  const { group } = plan;
  const [first] = memberPorts;
  const cookie = group === undefined ? cookieOf(first?.record) : group.sticky;
  return {
    ...plan,
    memberPorts,
    cookie,
    balance:
      old?.group !== undefined && old.group.strategy === group?.strategy
        ? old.balance
        : createBalancer(group?.strategy ?? "round-robin"),
    queue: queueOf(old, limit),
    single: group === undefined && first?.record.settings.ignore === undefined && cookie === "" ? first : undefined,
  };
}

/** A cookie is only useful with several instances. */
function cookieOf(record: WorkloadRecord | undefined): string {
  return record?.engine.capabilities.replicas ? (record.settings.sticky ?? "") : "";
}

/** Reuses the queue of the replaced route, because its held requests still count. */
function queueOf(old: Route | undefined, limit: number): HoldQueue {
  if (old === undefined) return { pending: 0, limit };
  old.queue.limit = limit;
  return old.queue;
}

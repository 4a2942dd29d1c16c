import { createBalancer, type Balancer } from "../../core/balance.ts";
import { createHostTable, type HostTable } from "../../core/host-table.ts";
import type { GroupSettings, SettingsChange, WorkloadSettings } from "../../core/settings.ts";
import { portFor } from "../workload/ports-of.ts";
import type { RouteMember, WorkloadRecord } from "../workload/record.ts";
import { createGroups } from "./groups.ts";
import { createRouteNames } from "./route-names.ts";
import type { HoldQueue } from "./hold.ts";

/**
 * What a host is routed to: a workload, which is its only member, or a group, and a port of each member. Shared by all
 * hosts that route to the same ports; never changed.
 */
export interface Route {
  /** The workload's or the group's name. */
  readonly name: string;
  readonly members: readonly WorkloadRecord[];
  /** The same, with the port of each that these hosts route to. */
  readonly memberPorts: readonly RouteMember[];
  readonly group: GroupSettings | undefined;
  /** The settings shown to visitors: the workload's, or those of the first member under the group's name. */
  readonly settings: WorkloadSettings;
  /** The name of the cookie that keeps a client where it has got to; empty: none. */
  readonly cookie: string;
  readonly balance: Balancer;
  readonly queue: HoldQueue;
  /** Set when only the gate decides: one member, no must-not-wake rules, no cookie. */
  readonly single: RouteMember | undefined;
}

/** The routes of a workload or a group. */
export interface RouteSet {
  /** To the ports that no host names. */
  readonly main: Route;
  /** There may be ten thousand sets: a list takes less memory than a map. */
  readonly byHost: readonly (readonly [host: string, route: Route])[];
}

/** All routes. They are replaced one by one: what did not change keeps its own. */
export interface Routes {
  readonly hosts: HostTable<Route>;
  /** A workload before a group of the same name; to the ports that no host names. */
  readonly byName: ReadonlyMap<string, Route>;
  /** The one that is called so, also by another of its names (`local:notes` for `notes`). */
  named(name: string): Route | undefined;
  readonly groups: ReadonlyMap<string, GroupSettings>;
  groupsOf(member: string): readonly GroupSettings[];
  /** False for one that was replaced, or has gone. */
  isCurrent(route: Route): boolean;
  /** Follows a change of settings, once `records` have. Returns what was replaced, each with what took its place. */
  replace(change: SettingsChange, records: ReadonlyMap<string, WorkloadRecord>): readonly Replaced[];
}

interface Replaced {
  readonly former: RouteSet;
  readonly next: RouteSet | undefined;
}

/** The route of a name, to the ports that a host routes to if that host is its own. */
export function routeNamed({ named, hosts }: Routes, name: string, host: string | undefined): Route | undefined {
  const found = named(name);
  const own = found && hosts.find(host);
  return own?.name === found?.name && own?.group === found?.group ? own : found;
}

/** Creates the routes, without any yet. */
export function createRoutes(): Routes {
  const hosts = createHostTable<Route>();
  const ofWorkloads = new Map<string, RouteSet>();
  const ofGroups = new Map<string, RouteSet>();
  const groups = createGroups();
  const named = createRouteNames<Route>();

  /** Those whose settings may have changed, and those that a member of these is in. */
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
      named.callUsual(change.gateway.usualDocker);
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

/** One route for each way from hosts to ports; they share their turns and their queue. */
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

/** One instance needs no cookie. */
function cookieOf(record: WorkloadRecord | undefined): string {
  return record?.engine.capabilities.replicas ? (record.settings.sticky ?? "") : "";
}

/** Held requests stay in the same queue and free their places when they leave. */
function queueOf(old: Route | undefined, limit: number): HoldQueue {
  if (old === undefined) return { pending: 0, limit };
  old.queue.limit = limit;
  return old.queue;
}

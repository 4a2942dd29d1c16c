import { createBalancer, type Balancer } from "../../core/balance.ts";
import { createHostTable, type HostTable } from "../../core/host-table.ts";
import type { GroupSettings, SettingsChange, WorkloadSettings } from "../../core/settings.ts";
import { createGroups } from "./groups.ts";
import type { HoldQueue } from "./hold.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** What a host is routed to: a workload, which is its only member, or a group. Shared by all its hosts; never changed. */
export interface Route {
  /** The workload's or the group's name. */
  readonly name: string;
  readonly members: readonly WorkloadRecord[];
  readonly group: GroupSettings | undefined;
  /** The settings shown to visitors: the workload's, or those of the first member under the group's name. */
  readonly settings: WorkloadSettings;
  /** The name of the cookie that keeps a client where it has got to; empty: none. */
  readonly cookie: string;
  readonly balance: Balancer;
  readonly queue: HoldQueue;
  /** Set when only the gate decides: one member, no must-not-wake rules, no cookie. */
  readonly single: WorkloadRecord | undefined;
}

/** All routes. They are replaced one by one: what did not change keeps its own. */
export interface Routes {
  readonly hosts: HostTable<Route>;
  /** A workload before a group of the same name. */
  readonly byName: ReadonlyMap<string, Route>;
  readonly groups: ReadonlyMap<string, GroupSettings>;
  groupsOf(member: string): readonly GroupSettings[];
  /** False for one that was replaced, or has gone. */
  isCurrent(route: Route): boolean;
  /** Follows a change of settings, once `records` have. Returns what was replaced, by name. */
  replace(change: SettingsChange, records: ReadonlyMap<string, WorkloadRecord>): ReadonlyMap<string, Route>;
}

/** Creates the routes, without any yet. */
export function createRoutes(): Routes {
  const hosts = createHostTable<Route>();
  const byName = new Map<string, Route>();
  const ofWorkloads = new Map<string, Route>();
  const ofGroups = new Map<string, Route>();
  const groups = createGroups();

  /** Those whose settings may have changed, and those that a member of these is in. */
  function remove(names: ReadonlySet<string>): ReadonlyMap<string, Route> {
    const former = new Map<string, Route>();
    for (const name of new Set([...names, ...groups.remove(names)])) {
      const own = byName.get(name);
      if (own !== undefined) former.set(name, own);
      for (const routes of [ofWorkloads, ofGroups]) {
        const route = routes.get(name);
        routes.delete(name);
        for (const host of hostsOf(route)) hosts.delete(host);
      }
      byName.delete(name);
    }
    return former;
  }

  function add(route: Route): void {
    (route.group === undefined ? ofWorkloads : ofGroups).set(route.name, route);
    if (route.group === undefined || !byName.has(route.name)) byName.set(route.name, route);
    for (const host of hostsOf(route)) hosts.set(host, route);
  }

  return {
    hosts,
    byName,
    groups: groups.all,
    groupsOf: groups.of,
    isCurrent: (route) => (route.group === undefined ? ofWorkloads : ofGroups).get(route.name) === route,
    replace(change, records) {
      const former = remove(change.names);
      for (const settings of change.workloads) {
        const record = records.get(settings.name);
        if (record === undefined) continue;
        const { name, maxPending: limit } = settings;
        add(createRoute({ name, limit, members: [record], group: undefined, settings }, former.get(name)));
      }
      for (const group of change.groups) {
        groups.add(group);
        const members = group.members.flatMap((name) => records.get(name) ?? []);
        const [first] = members;
        if (first === undefined) continue;
        const limit = Math.max(...members.map((member) => member.settings.maxPending));
        const { name } = group;
        add(createRoute({ name, limit, members, group, settings: { ...first.settings, name } }, former.get(name)));
      }
      return former;
    },
  };
}

function hostsOf(route: Route | undefined): readonly string[] {
  return (route?.group ?? route?.settings)?.hosts ?? [];
}

type RoutePlan = Omit<Route, "cookie" | "balance" | "queue" | "single"> & { readonly limit: number };

function createRoute({ limit, ...plan }: RoutePlan, old: Route | undefined): Route {
  const { members, group } = plan;
  const [first] = members;
  const cookie = group === undefined ? cookieOf(first) : group.sticky;
  return {
    ...plan,
    cookie,
    balance:
      old?.group !== undefined && old.group.strategy === group?.strategy
        ? old.balance
        : createBalancer(group?.strategy ?? "round-robin"),
    queue: queueOf(old, limit),
    single: group === undefined && first?.settings.ignore === undefined && cookie === "" ? first : undefined,
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

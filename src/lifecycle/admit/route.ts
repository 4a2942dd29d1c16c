import { createBalancer, type Balancer } from "../../core/balance.ts";
import { createHostTable, type HostTable } from "../../core/host-table.ts";
import type { GroupSettings, Settings, WorkloadSettings } from "../../core/settings.ts";
import type { HoldQueue } from "./hold.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** What a host is routed to: a workload, which is its only member, or a group. Shared by all its hosts. */
export interface Route {
  /** The workload's or the group's name. */
  readonly name: string;
  readonly members: readonly WorkloadRecord[];
  readonly group: GroupSettings | undefined;
  /** The settings shown to visitors: the workload's, or those of the first member under the group's name. */
  readonly settings: WorkloadSettings;
  readonly balance: Balancer;
  readonly queue: HoldQueue;
  /** Which configuration it was built for. */
  readonly generation: number;
  /** Set when only the gate decides: one member, no must-not-wake rules. */
  readonly single: WorkloadRecord | undefined;
}

export interface Routes {
  readonly generation: number;
  readonly hosts: HostTable<Route>;
  readonly byName: ReadonlyMap<string, Route>;
}

/** Builds the routes of a configuration; balancers and hold queues of the former ones continue. */
export function buildRoutes(
  settings: Settings,
  records: ReadonlyMap<string, WorkloadRecord>,
  former: Routes | undefined,
): Routes {
  const generation = (former?.generation ?? 0) + 1;
  const byName = new Map<string, Route>();
  const hosts: [string, Route][] = [];
  for (const workload of settings.workloads) {
    const record = records.get(workload.name);
    if (record === undefined) continue;
    const { name, maxPending: limit } = workload;
    const plan = { name, limit, members: [record], group: undefined, settings: workload, generation };
    const route = createRoute(plan, former?.byName.get(name));
    byName.set(route.name, route);
    for (const host of workload.hosts) hosts.push([host, route]);
  }
  for (const group of settings.groups) {
    const members = group.members.flatMap((name) => records.get(name) ?? []);
    const [first] = members;
    if (first === undefined) continue;
    const limit = Math.max(...members.map((member) => member.settings.maxPending));
    const { name } = group;
    const plan = { name, limit, members, group, settings: { ...first.settings, name }, generation };
    const route = createRoute(plan, former?.byName.get(name));
    if (!byName.has(name)) byName.set(name, route);
    for (const host of group.hosts) hosts.push([host, route]);
  }
  return { generation, hosts: createHostTable(hosts), byName };
}

type RoutePlan = Omit<Route, "balance" | "queue" | "single"> & { readonly limit: number };

function createRoute({ limit, ...plan }: RoutePlan, old: Route | undefined): Route {
  const { members, group } = plan;
  const [first] = members;
  return {
    ...plan,
    balance:
      old?.group !== undefined && old.group.strategy === group?.strategy
        ? old.balance
        : createBalancer(group?.strategy ?? "round-robin"),
    queue: queueOf(old, limit),
    single: group === undefined && first?.settings.ignore === undefined ? first : undefined,
  };
}

/** Held requests stay in the same queue and free their places when they leave. */
function queueOf(old: Route | undefined, limit: number): HoldQueue {
  if (old === undefined) return { pending: 0, limit };
  old.queue.limit = limit;
  return old.queue;
}

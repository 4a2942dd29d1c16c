import { chooseReach, type FrontReach, type ReachFrom } from "../core/front-reach.ts";
import type { Settings, TraefikProviderSettings } from "../core/settings.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { Engine } from "../lifecycle/ports.ts";
import { noteDirect, readForDirect, whyAskedOf } from "../lifecycle/usage/direct.ts";
import { numberOf } from "../lifecycle/wake/target-port.ts";
import type { PortRecord } from "../lifecycle/workload/parts/probe.ts";
import { portFor } from "../lifecycle/workload/ports-of.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { ReachOf } from "./front-reaches.ts";

/** How Traefik forwards to one port of a workload. */
export interface Forwarding {
  readonly reach: FrontReach;
  /** It asks before each request. */
  readonly isAsked: boolean;
}

/** How Traefik forwards, by the names of workloads and the ports that their hosts route to. */
export type Forwardings = ReadonlyMap<string, Forwarding>;

/** The key of a port of a workload in `Forwardings`; `undefined`: the port that no host names. No name has an equals sign. */
export function portKey(name: string, namedPort: number | undefined): string {
  return namedPort === undefined ? name : `${name}=${namedPort}`;
}

/** Settles, for the Traefik that has just fetched, how it forwards to each workload with a host, and notes that. */
export function settleForwarding(
  deps: {
    readonly context: LifecycleContext;
    readonly records: ReadonlyMap<string, WorkloadRecord>;
    readonly reachOf: ReachOf;
    readonly networksOf: (from: ReachFrom, engine: Engine) => ReachFrom | undefined;
  },
  { workloads, gateway: { traefik } }: Settings,
  from: ReachFrom,
): Forwardings {
  const found = new Map<string, Forwarding>();
  const fromOf = perEngine((engine) => deps.networksOf(from, engine));
  for (const { name, hosts } of workloads) {
    const record = deps.records.get(name);
    if (hosts.length === 0 || record === undefined) continue;
    const ports = new Set(hosts.map((host) => portFor(record, host)));
    const ways = [...ports].map((port) => {
      const reach = reachFor(traefik, record, port, { fromOf, reachOf: deps.reachOf });
      const by = { whenAwake: traefik.whenAwake, reachedDirectly: reach.by !== "gateway" };
      const asked = whyAskedOf(record, by, port);
      found.set(portKey(name, port.namedPort), { reach, isAsked: asked !== undefined });
      return { reach, asked };
    });
    // They share one life: what Traefik forwards to one of them by itself shows in the counters of all.
    if (ways.some(({ asked }) => asked === undefined)) noteDirect(deps.context, record);
    else if (ways.some(({ asked }) => asked === "unread")) readForDirect(deps.context, record);
    record.forwarding = ways.find(({ asked }) => asked !== undefined) ?? ways[0];
  }
  return found;
}

function reachFor(
  { via }: TraefikProviderSettings,
  record: WorkloadRecord,
  port: PortRecord,
  { fromOf, reachOf }: { readonly fromOf: (engine: Engine) => ReachFrom | undefined; readonly reachOf: ReachOf },
): FrontReach {
  const number = numberOf(record, port);
  // The tasks of a service change while Traefik has the document, and nothing counts what bypasses the gateway.
  const isCarried = record.settings.process !== undefined || record.settings.engine === "swarm";
  if (via === "proxy" || isCarried) return { by: "gateway", why: "configured" };
  if (via === "forward-auth") return { by: "name", host: record.name, port: number };
  const from = fromOf(record.engine);
  return from === undefined ? UNKNOWN : chooseReach(reachOf(record, port), record.name, number, from);
}

const UNKNOWN: FrontReach = { by: "gateway", why: "unknown" };

/** One answer for each engine, since it is the same for thousands of workloads. */
function perEngine<T>(find: (engine: Engine) => T): (engine: Engine) => T {
  const found = new Map<Engine, T>();
  return (engine) => {
    const known = found.get(engine) ?? find(engine);
    found.set(engine, known);
    return known;
  };
}

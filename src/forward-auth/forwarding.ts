import { chooseReach, type FrontReach, type ReachFrom } from "../core/front-reach.ts";
import type { Settings, TraefikProviderSettings } from "../core/settings.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { Engine } from "../lifecycle/ports.ts";
import type { FrontNetworks } from "./front-networks.ts";
import { noteDirect, readForDirect, authRequestReasonOf } from "../lifecycle/usage/direct.ts";
import { numberOf } from "../lifecycle/wake/target-port.ts";
import type { PortRecord } from "../lifecycle/workload/parts/probe.ts";
import { portFor } from "../lifecycle/workload/ports-of.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { FrontReaches } from "./front-reaches.ts";

/** How Traefik forwards to one port of a workload. */
export interface Forwarding {
  readonly reach: FrontReach;
  /** Traefik sends an auth request before each request. */
  readonly sendsAuthRequests: boolean;
}

/** How Traefik forwards, by `portKey`. */
export type Forwardings = ReadonlyMap<string, Forwarding>;

/** Returns the key of a workload's port (`undefined`: its main port) in `Forwardings`. Names contain no equals sign. */
export function portKey(name: string, namedPort: number | undefined): string {
  return namedPort === undefined ? name : `${name}=${namedPort}`;
}

interface ForwardingDeps {
  readonly context: LifecycleContext;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  readonly reaches: FrontReaches;
  readonly networks: FrontNetworks;
}

/** Decides how the Traefik that has just fetched forwards to each workload with a host, and notes it in the records. */
export function settleForwarding(
  deps: ForwardingDeps,
  { workloads, gateway: { traefik } }: Settings,
  from: ReachFrom,
): Forwardings {
  const found = new Map<string, Forwarding>();
  const fromOf = perEngine((engine) => deps.networks.addTo(from, engine));
  for (const { name, hosts } of workloads) {
    const record = deps.records.get(name);
    if (hosts.length === 0 || record === undefined) continue;
    const ports = new Set(hosts.map((host) => portFor(record, host)));
    const ways = [...ports].map((port) => {
      const reach = reachFor(traefik, record, port, { fromOf, reaches: deps.reaches });
      const by = { whenAwake: traefik.whenAwake, reachedDirectly: reach.by !== "gateway" };
      const reason = authRequestReasonOf(record, by, port);
      found.set(portKey(name, port.namedPort), { reach, sendsAuthRequests: reason !== undefined });
      return { reach, reason };
    });
    // The ports share their counters, so one port to which Traefik forwards directly is enough.
    if (ways.some(({ reason }) => reason === undefined)) noteDirect(deps.context, record);
    else if (ways.some(({ reason }) => reason === "unread")) readForDirect(deps.context, record);
    record.forwarding = ways.find(({ reason }) => reason !== undefined) ?? ways[0];
  }
  return found;
}

function reachFor(
  { via }: TraefikProviderSettings,
  record: WorkloadRecord,
  port: PortRecord,
  { fromOf, reaches }: { readonly fromOf: (engine: Engine) => ReachFrom | undefined; readonly reaches: FrontReaches },
): FrontReach {
  const number = numberOf(record, port);
  // The tasks of a service change while Traefik uses the document, and there are no counters for direct traffic.
  const isCarried = record.settings.process !== undefined || record.settings.engine === "swarm";
  if (via === "proxy" || isCarried) return { by: "gateway", why: "configured" };
  if (via === "forward-auth") return { by: "name", host: record.name, port: number };
  const from = fromOf(record.engine);
  return from === undefined ? UNKNOWN : chooseReach(reaches.of(record, port), record.name, number, from);
}

const UNKNOWN: FrontReach = { by: "gateway", why: "unknown" };

/** Caches a result for each engine, because it is the same for thousands of workloads. */
function perEngine<T>(find: (engine: Engine) => T): (engine: Engine) => T {
  const found = new Map<Engine, T>();
  return (engine) => {
    const known = found.get(engine) ?? find(engine);
    found.set(engine, known);
    return known;
  };
}

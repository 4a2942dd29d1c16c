import { chooseReach, type FrontReach, type ReachFacts, type ReachFrom } from "../core/front-reach.ts";
import type { Settings, TraefikProviderSettings } from "../core/settings.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import type { Engine } from "../lifecycle/ports.ts";
import { noteDirect, readForDirect, whyAskedOf } from "../lifecycle/usage/direct.ts";
import { targetPortOf } from "../lifecycle/wake/target-port.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";

/** How Traefik forwards to one workload. */
export interface Forwarding {
  readonly reach: FrontReach;
  /** It asks before each request. */
  readonly isAsked: boolean;
}

/** Settles, for the Traefik that has just fetched, how it forwards to each workload with a host, and notes that. */
export function settleForwarding(
  deps: {
    readonly context: LifecycleContext;
    readonly records: ReadonlyMap<string, WorkloadRecord>;
    readonly reachOf: (record: WorkloadRecord) => ReachFacts | undefined;
    readonly networksOf: (from: ReachFrom, engine: Engine) => ReachFrom | undefined;
  },
  { workloads, gateway: { traefik } }: Settings,
  from: ReachFrom,
): ReadonlyMap<string, Forwarding> {
  const found = new Map<string, Forwarding>();
  const fromOf = perEngine((engine) => deps.networksOf(from, engine));
  for (const { name, hosts } of workloads) {
    const record = deps.records.get(name);
    if (hosts.length === 0 || record === undefined) continue;
    const reach = reachFor(traefik, record, fromOf, deps.reachOf);
    const asked = whyAskedOf(record, { whenAwake: traefik.whenAwake, reachedDirectly: reach.by !== "gateway" });
    if (asked === undefined) noteDirect(deps.context, record);
    else if (asked === "unread") readForDirect(deps.context, record);
    record.forwarding = { reach, asked };
    found.set(name, { reach, isAsked: asked !== undefined });
  }
  return found;
}

function reachFor(
  { via }: TraefikProviderSettings,
  record: WorkloadRecord,
  fromOf: (engine: Engine) => ReachFrom | undefined,
  reachOf: (record: WorkloadRecord) => ReachFacts | undefined,
): FrontReach {
  const port = targetPortOf(record) ?? 80;
  // The tasks of a service change while Traefik has the document, and nothing counts what bypasses the gateway.
  const isCarried = record.settings.process !== undefined || record.settings.engine === "swarm";
  if (via === "proxy" || isCarried) return { by: "gateway", why: "configured" };
  if (via === "forward-auth") return { by: "name", host: record.name, port };
  const from = fromOf(record.engine);
  return from === undefined ? UNKNOWN : chooseReach(reachOf(record), record.name, port, from);
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

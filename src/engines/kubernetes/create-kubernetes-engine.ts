import { CAPABILITIES } from "../../core/engine-kind.ts";
import { absentObservation, type InventoryItem, type Observation } from "../../core/observation.ts";
import { cacheLast } from "../../core/cache-last.ts";
import { EngineError, type Engine, type WorkloadRef } from "../../lifecycle/ports.ts";
import type { Pod } from "./api-types.ts";
import { type Autoscalers, createAutoscalers } from "./autoscalers.ts";
import { createKubernetesClient, type KubernetesClient } from "./client.ts";
import { createClusterView } from "./cluster-view.ts";
import type { ClusterConnection } from "./connection.ts";
import { findPresent, type Found, findWorkload } from "./find-workload.ts";
import { createFrontDelay } from "./front-delay.ts";
import { toInstances } from "./instances.ts";
import type { WatchTimes } from "./list-watch.ts";
import { createPodWatch } from "./pod-watch.ts";
import { type ClusterRoute, createReachFinder } from "./pod-reach.ts";
import { podsOf } from "./pods-of.ts";
import { readLogs } from "./read-logs.ts";
import { ifAllowed } from "./refusals.ts";
import { createScaleBacks } from "./scale-backs.ts";
import { createServiceFinder } from "./services.ts";
import { createStartStop } from "./start-stop.ts";
import { toObservation } from "./to-observation.ts";
import { factsOf, replicasOf, toItem, type WorkloadFacts } from "./workload-facts.ts";

/** What a Kubernetes engine needs. */
export interface KubernetesEngineDeps {
  readonly connect: () => ClusterConnection | Promise<ClusterConnection>;
  /** The namespaces to follow; empty: all. */
  readonly namespaces: readonly string[];
  /** Returns the workloads in the configuration, with or without our label; called at each list. */
  readonly named: () => readonly string[];
  /** The full names of the workloads to which the gateway's own pod may belong. */
  readonly self?: readonly string[];
  readonly times?: WatchTimes;
  /** How pods are reached; default: at their own addresses. */
  readonly route?: ClusterRoute;
}

/** Creates the engine for the Deployments and StatefulSets of one cluster. It connects at the first call. */
export function createKubernetesEngine(deps: KubernetesEngineDeps): Engine {
  const { connect, namespaces, named, self = [], times, route = BY_PODS } = deps;
  const client = createKubernetesClient(connect);
  const scaleBacks = createScaleBacks();
  const autoscalers = createAutoscalers(client, namespaces);
  const services = createServiceFinder(client);
  const reachOf = createReachFinder(services, route);
  const view = createClusterView({ client, namespaces, scaleBacks, ...(times && { times }) });
  const podWatch = createPodWatch();
  const itemsOf = createInventoryOf(autoscalers, self);
  const { start, stop } = createStartStop({ client, view, autoscalers, scaleBacks, podWatch, self });

  const present = (ref: WorkloadRef): Promise<Found> => findPresent(client, view, ref.name);

  async function observe(ref: WorkloadRef): Promise<Observation> {
    const found = await findWorkload(client, view, ref.name);
    if (found === undefined) return absentObservation(ref.name);
    const { resource, object } = found;
    const remarks = autoscalers.remarks(factsOf(resource, object));
    if (replicasOf(object) === 0) return { ...toObservation(ref.name, found, [], []), ...remarks };
    const [pods, reach] = await Promise.all([readPods(client, found), reachOf(ref, object)]);
    return typeof pods === "string"
      ? { ...toObservation(ref.name, found, [], []), ...remarks, note: pods }
      : { ...toObservation(ref.name, found, pods, toInstances(pods, reach)), ...remarks };
  }

  return {
    id: "kubernetes",
    kind: "kubernetes",
    capabilities: CAPABILITIES.kubernetes,

    async list() {
      for (const name of named()) view.include(name);
      const facts = await view.all();
      return itemsOf(facts)(await autoscalers.refresh(facts));
    },
    observe,
    start: async (ref, instances) => start(await present(ref), instances),
    stop: async (ref, order) => stop(await present(ref), order),
    async restart(ref, order) {
      const { instances } = await stop(await present(ref), order);
      await start(await present(ref), instances);
    },
    watch: (onChange, onLink, signal) => view.listen(onChange, onLink, signal),
    async logs(ref, lines) {
      const found = await findWorkload(client, view, ref.name);
      return found === undefined ? [] : logsOf(client, found, lines);
    },
    ...WITHOUT_USAGE_AND_LIMITS,
    frontDelay: createFrontDelay({ client, view, services }),
    async close() {
      view.close();
      podWatch.close();
      client.close();
    },
  };
}

/** Creates the conversion to an inventory, which is the same array while workloads and autoscalers do not change. */
function createInventoryOf(
  autoscalers: Autoscalers,
  self: readonly string[],
): (facts: readonly WorkloadFacts[]) => (scalers: object) => readonly InventoryItem[] {
  return cacheLast((facts: readonly WorkloadFacts[]) => {
    const managed = facts.filter(({ name }) => !self.includes(name));
    return cacheLast((_scalers: object) =>
      managed.map((one): InventoryItem => ({ ...toItem(one), ...autoscalers.remarks(one) })),
    );
  });
}

const WITHOUT_USAGE_AND_LIMITS = {
  usage: async () => undefined,
  execs: async () => 0,
  limits: hasNoLimits,
  throttle: hasNoLimits,
  restore: hasNoLimits,
};

const BY_PODS: ClusterRoute = { address: "pod", reach: "" };

async function logsOf(
  client: KubernetesClient,
  { resource, object }: Found,
  lines: number,
): Promise<readonly string[]> {
  const pods = await podsOf(client, resource, object);
  return (await ifAllowed(readLogs(client, pods, lines))) ?? [];
}

/** Lists pods; without that permission, which is essential, returns the error text for pages and logs. */
async function readPods(client: KubernetesClient, { resource, object }: Found): Promise<readonly Pod[] | string> {
  try {
    return await podsOf(client, resource, object);
  } catch (error) {
    if (error instanceof EngineError && error.code === "forbidden") return error.message;
    throw error;
  }
}

async function hasNoLimits(): Promise<never> {
  throw new EngineError("refused", "Kubernetes sets the limits of a pod in its template");
}

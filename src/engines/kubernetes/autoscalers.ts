import type { InventoryItem } from "../../core/observation.ts";
import type { Autoscaler, List } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { collectionPath, KIND_OF, type Place, placeOf, type Resource } from "./reference.ts";
import { ifAllowed } from "./refusals.ts";
import type { WorkloadFacts } from "./workload-facts.ts";

/** The autoscalers of a workload. */
export interface OtherScaler {
  readonly horizontal?: Autoscaler;
  /** KEDA's, which conflicts with the gateway: it would undo each of its scalings. */
  readonly keda?: Autoscaler;
}

/** The autoscalers of the cluster. */
export interface Autoscalers {
  /** Reads the autoscalers of one workload. */
  of(resource: Resource, place: Place): Promise<OtherScaler>;
  /** Reads all autoscalers, unless that was recently and there are no new workloads; returns the last result. */
  refresh(workloads: readonly WorkloadFacts[]): Promise<object>;
  /** Returns the remarks in the inventory about a workload, according to the last result. */
  remarks(workload: Pick<WorkloadFacts, "resource" | "name">): Pick<InventoryItem, "refused" | "warning">;
}

const REFRESH_MS = 300_000;

/** Creates the register, which stays empty without permission or without KEDA. */
export function createAutoscalers(
  client: KubernetesClient,
  namespaces: readonly string[],
  now: () => number = () => performance.now(),
): Autoscalers {
  let all: Lists = NONE;
  let names = new Set<string>();
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function list(path: string): Promise<readonly Autoscaler[]> {
    return (await ifAllowed(client.get<List<Autoscaler>>(path)))?.items ?? [];
  }

  async function read(namespace: string | undefined): Promise<Lists> {
    const [horizontal, keda] = await Promise.all([
      list(collectionPath("/apis/autoscaling/v2", "horizontalpodautoscalers", namespace)),
      list(collectionPath("/apis/keda.sh/v1alpha1", "scaledobjects", namespace)),
    ]);
    return { horizontal, keda };
  }

  return {
    of: async (resource, place) => find(await read(place.namespace), resource, place),
    async refresh(workloads) {
      const isNew = workloads.some(({ name }) => !names.has(name));
      if (!isNew && now() - readAtMs < REFRESH_MS) return all;
      const beganAtMs = now();
      const lists = await Promise.all(namespaces.length === 0 ? [read(undefined)] : namespaces.map(read));
      all = {
        horizontal: lists.flatMap(({ horizontal }) => horizontal),
        keda: lists.flatMap(({ keda }) => keda),
      };
      // Only after a successful read, so that the next list repeats a failed one.
      names = new Set(workloads.map(({ name }) => name));
      readAtMs = beganAtMs;
      return all;
    },
    remarks({ resource, name }) {
      const place = placeOf(name);
      const found = place === undefined ? {} : find(all, resource, place);
      const [refused, warning] = [refusalBy(found), warningOf(found)];
      return { ...(refused !== undefined && { refused }), ...(warning !== undefined && { warning }) };
    },
  };
}

interface Lists {
  readonly horizontal: readonly Autoscaler[];
  readonly keda: readonly Autoscaler[];
}

const NONE: Lists = { horizontal: [], keda: [] };

function find({ horizontal, keda }: Lists, resource: Resource, { namespace, name }: Place): OtherScaler {
  const targetsWorkload = ({ metadata, spec: { scaleTargetRef: target } }: Autoscaler): boolean =>
    metadata.namespace === namespace && target?.name === name && (target.kind ?? "Deployment") === KIND_OF[resource];
  const [scaler, scaled] = [horizontal.find(targetsWorkload), keda.find(targetsWorkload)];
  return { ...(scaler !== undefined && { horizontal: scaler }), ...(scaled !== undefined && { keda: scaled }) };
}

/** Returns why a workload with these autoscalers cannot be scaled by the gateway; `undefined` if it can. */
export function refusalBy({ keda }: OtherScaler): string | undefined {
  if (keda === undefined) return undefined;
  return `KEDA's ScaledObject "${keda.metadata.name}" scales it already: remove one of the two`;
}

function warningOf({ horizontal }: OtherScaler): string | undefined {
  if (horizontal?.spec.minReplicas !== 0) return undefined;
  return `HorizontalPodAutoscaler "${horizontal.metadata.name}" has minReplicas 0: it wakes only what it has stopped itself (condition ScaledToZero); set minReplicas to 1 or more`;
}

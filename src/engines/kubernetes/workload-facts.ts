import type { InventoryItem } from "../../core/observation.ts";
import type { ScalableObject } from "./api-types.ts";
import { declaredPorts } from "./pod-ports.ts";
import { mainContainer } from "./pod-state.ts";
import { nameOf, type Resource } from "./reference.ts";
import { ownerOfReplicas } from "./scale-backs.ts";

/** What is kept of each Deployment and StatefulSet: thousands may be asleep, so it is little. */
export interface WorkloadFacts {
  readonly resource: Resource;
  readonly name: string;
  readonly uid: string;
  readonly replicas: number;
  readonly image: string;
  /** The `dag.*` keys of labels and annotations. */
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** Who has written its count, where the object tells. */
  readonly owner: string | undefined;
}

/** Takes from an object what is kept of it. */
export function factsOf(resource: Resource, object: ScalableObject): WorkloadFacts {
  const { metadata, spec } = object;
  const container = mainContainer(spec.template.spec, spec.template.metadata?.annotations);
  return {
    resource,
    name: nameOf(metadata),
    uid: metadata.uid,
    replicas: replicasOf(object),
    image: container?.image ?? "",
    labels: dagKeys(metadata),
    ports: declaredPorts(object),
    owner: ownerOfReplicas(object),
  };
}

/** Returns for how many pods a workload asks; what says nothing asks for one. */
export function replicasOf({ spec }: ScalableObject): number {
  return spec.replicas ?? 1;
}

/** Identifies what somebody wants of a workload: a change of its status leaves it as it is. */
export function versionOf({ metadata: { uid, generation = 0 } }: Pick<ScalableObject, "metadata">): string {
  return `${uid}/${generation}`;
}

/** Returns the `dag.*` keys; a label wins over an annotation. Values with `,`, `:` or `/` only fit into annotations. */
export function dagKeys({
  labels = {},
  annotations = {},
}: Pick<ScalableObject["metadata"], "labels" | "annotations">): Readonly<Record<string, string>> {
  const all = [...Object.entries(annotations), ...Object.entries(labels)];
  return Object.fromEntries(all.filter(([key]) => key.startsWith("dag.")));
}

/** Returns the line of the inventory. */
export function toItem({ name, uid, replicas, image, labels, ports }: WorkloadFacts): InventoryItem {
  return {
    name,
    id: uid,
    status: replicas > 0 ? "running" : "stopped",
    image,
    labels,
    exposedPorts: ports,
  };
}

import type { InventoryItem } from "../../core/observation.ts";
import type { ScalableObject } from "./api-types.ts";
import { declaredPorts } from "./pod-ports.ts";
import { mainContainer } from "./pod-state.ts";
import { nameOf, type Resource } from "./reference.ts";
import { ownerOfReplicas } from "./scale-backs.ts";

/** The part of a Deployment or StatefulSet that is kept; small, because thousands may be asleep. */
export interface WorkloadFacts {
  readonly resource: Resource;
  readonly name: string;
  readonly uid: string;
  readonly replicas: number;
  readonly image: string;
  /** Its `dag.*` labels and annotations. */
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** The client that has written its count, if the object shows it. */
  readonly owner: string | undefined;
}

/** Returns the part of an object that is kept. */
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

/** Returns the number of pods that a workload should have; the default is one. */
export function replicasOf({ spec }: ScalableObject): number {
  return spec.replicas ?? 1;
}

/** Returns the version of a workload's `spec`, which changes of its status do not affect. */
export function versionOf({ metadata: { uid, generation = 0 } }: Pick<ScalableObject, "metadata">): string {
  return `${uid}/${generation}`;
}

/** Returns the `dag.*` keys; labels take precedence. Only annotations can contain values with `,`, `:` or `/`. */
export function dagKeys({
  labels = {},
  annotations = {},
}: Pick<ScalableObject["metadata"], "labels" | "annotations">): Readonly<Record<string, string>> {
  const all = [...Object.entries(annotations), ...Object.entries(labels)];
  return Object.fromEntries(all.filter(([key]) => key.startsWith("dag.")));
}

/** Converts the facts to an inventory entry. */
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

import type { LabelSelector, List, Pod, ScalableObject } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import type { Resource } from "./reference.ts";

/** Returns the pods of a Deployment or StatefulSet, without other pods that have the same labels. */
export async function podsOf(client: KubernetesClient, resource: Resource, object: ScalableObject): Promise<Pod[]> {
  const { namespace } = object.metadata;
  const selector = encodeURIComponent(toQuery(object.spec.selector));
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  const { items } = await client.get<List<Pod>>(path);
  return (items ?? []).filter((pod) => isOwned(pod, resource, object));
}

/** A Deployment owns its pods through a ReplicaSet, whose name is the Deployment's with the hash of the template. */
function isOwned({ metadata }: Pod, resource: Resource, { metadata: { name, uid } }: ScalableObject): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => {
    if (resource === "statefulsets") return owner.uid === uid;
    return owner.kind === "ReplicaSet" && owner.name === `${name}-${metadata.labels?.["pod-template-hash"]}`;
  });
}

/** Formats a selector for a query. */
export function toQuery({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return [...equal, ...others].join(",");
}

/** The two kinds of object that the gateway scales, as the API's paths name them. */
export type Resource = "deployments" | "statefulsets";
/** Both, in the order in which a name is looked for. */
export const RESOURCES: readonly Resource[] = ["deployments", "statefulsets"];

/** A Deployment or StatefulSet by its place in the cluster. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Returns the workload's name in the gateway: `kubernetes:namespace/name`. */
export function nameOf({ namespace, name }: Place): string {
  return `${PREFIX}${namespace}/${name}`;
}

/** Reads a workload's name, with or without `kubernetes:`; `undefined`: it is none. */
export function placeOf(workload: string): Place | undefined {
  const [, namespace, name] = NAME.exec(workload) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** Returns the path of one object. */
export function pathOf(resource: Resource, { namespace, name }: Place): string {
  return `/apis/apps/v1/namespaces/${namespace}/${resource}/${name}`;
}

/** Returns the path of a kind of object in one namespace, or in all of them (`undefined`). */
export function collectionPath(group: string, resource: string, namespace?: string): string {
  return namespace === undefined ? `${group}/${resource}` : `${group}/namespaces/${namespace}/${resource}`;
}

/** Kubernetes' word for a kind, as it stands in `ownerReferences` and `scaleTargetRef`. */
export const KIND_OF: Readonly<Record<Resource, string>> = { deployments: "Deployment", statefulsets: "StatefulSet" };

const PREFIX = "kubernetes:";
const NAME = /^(?:kubernetes:)?([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/;

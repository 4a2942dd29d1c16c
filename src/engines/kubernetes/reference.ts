/** The two kinds of object that the gateway scales, as the API's paths name them. */
export type Resource = "deployments" | "statefulsets";
/** Both kinds, in order of precedence. */
export const RESOURCES: readonly Resource[] = ["deployments", "statefulsets"];

/** The namespace and name of a Deployment or StatefulSet. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Returns the workload's name in the gateway: `kubernetes:namespace/name`. */
export function nameOf({ namespace, name }: Place): string {
  return `${PREFIX}${namespace}/${name}`;
}

/** Parses a workload's name, with or without `kubernetes:`; `undefined` if it is not one. */
export function placeOf(workload: string): Place | undefined {
  const [, namespace, name] = NAME.exec(workload) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** Returns the path of one object. */
export function pathOf(resource: Resource, { namespace, name }: Place): string {
  return `/apis/apps/v1/namespaces/${namespace}/${resource}/${name}`;
}

/** Returns the path of a kind of object in one namespace, or without one in all. */
export function collectionPath(group: string, resource: string, namespace?: string): string {
  return namespace === undefined ? `${group}/${resource}` : `${group}/namespaces/${namespace}/${resource}`;
}

/** The name of each kind in `ownerReferences` and `scaleTargetRef`. */
export const KIND_OF: Readonly<Record<Resource, string>> = { deployments: "Deployment", statefulsets: "StatefulSet" };

const PREFIX = "kubernetes:";
const NAME = /^(?:kubernetes:)?([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/;

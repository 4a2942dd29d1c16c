import { EngineError } from "../../lifecycle/ports.ts";
import type { KubernetesClient } from "./client.ts";

/** One rule of a Role that the gateway needs, and its purpose. */
export interface Right {
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly purpose: string;
  /** Everything else works without it. */
  readonly isOptional?: true;
}

/** All permissions that the gateway uses. */
export const RIGHTS: readonly Right[] = [
  {
    apiGroup: "apps",
    resources: ["deployments", "statefulsets"],
    verbs: ["get", "list", "watch"],
    purpose: "finding workloads and following their changes",
  },
  {
    apiGroup: "apps",
    resources: ["deployments/scale", "statefulsets/scale"],
    verbs: ["update"],
    purpose: "waking and stopping",
  },
  { apiGroup: "", resources: ["pods"], verbs: ["list"], purpose: "the addresses of pods, and why they fail" },
  { apiGroup: "", resources: ["pods/log"], verbs: ["get"], purpose: "log output on the pages" },
  {
    apiGroup: "discovery.k8s.io",
    resources: ["endpointslices"],
    verbs: ["list", "watch"],
    purpose: "noticing at once that a pod becomes ready or ends",
  },
  {
    apiGroup: "",
    resources: ["services"],
    verbs: ["list"],
    purpose: "the port of pods whose template does not declare one, and Services by which they are reached",
    isOptional: true,
  },
  {
    apiGroup: "autoscaling",
    resources: ["horizontalpodautoscalers"],
    verbs: ["list"],
    purpose: "the former count of an autoscaled workload, and a warning for minReplicas 0",
    isOptional: true,
  },
  {
    apiGroup: "keda.sh",
    resources: ["scaledobjects"],
    verbs: ["list"],
    purpose: "refusing what KEDA scales already",
    isOptional: true,
  },
];

/** A missing permission: the verbs and resources that were denied, in one namespace or in all. */
export interface MissingRight {
  readonly right: Right;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** The namespace; empty: all. */
  readonly namespace: string;
}

/** Has the API server review each permission of the gateway; without `namespaces` for all of them. */
export async function findMissingRights(
  client: KubernetesClient,
  namespaces: readonly string[],
): Promise<readonly MissingRight[]> {
  const places = namespaces.length === 0 ? [""] : namespaces;
  const asked = places.flatMap((namespace) => RIGHTS.map((right) => missingOf(client, right, namespace)));
  return (await Promise.all(asked)).filter(({ verbs }) => verbs.length > 0);
}

async function missingOf(client: KubernetesClient, right: Right, namespace: string): Promise<MissingRight> {
  const pairs = right.resources.flatMap((resource) => right.verbs.map((verb) => ({ resource, verb })));
  const allowed = await Promise.all(pairs.map((pair) => isAllowed(client, right.apiGroup, pair, namespace)));
  const denied = pairs.filter((_, index) => !allowed[index]);
  return {
    right,
    resources: right.resources.filter((resource) => denied.some((pair) => pair.resource === resource)),
    verbs: right.verbs.filter((verb) => denied.some((pair) => pair.verb === verb)),
    namespace,
  };
}

async function isAllowed(
  client: KubernetesClient,
  group: string,
  { resource, verb }: { readonly resource: string; readonly verb: string },
  namespace: string,
): Promise<boolean> {
  const [name, subresource = ""] = resource.split("/");
  const review = await client.post<Review>("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    kind: "SelfSubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    spec: { resourceAttributes: { group, resource: name, subresource, verb, namespace } },
  });
  if (review.status === undefined) throw new EngineError("refused", `${client.target} did not review the access`);
  return review.status.allowed;
}

interface Review {
  readonly status?: { readonly allowed: boolean };
}

/** Formats a missing permission as the rule to add to a Role or ClusterRole. */
export function ruleFor({ right, resources, verbs }: MissingRight): string {
  const list = (items: readonly string[]): string => `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  return `- apiGroups: ${list([right.apiGroup])}\n  resources: ${list(resources)}\n  verbs: ${list(verbs)}`;
}

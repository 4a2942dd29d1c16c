import type { List, ScalableObject, Service } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { ifAllowed } from "./refusals.ts";

/** Finds the Services that route to a workload; none without the permission to list them. */
export type FindServices = (object: ScalableObject) => Promise<readonly Service[]>;

/** Creates a finder that caches its results for some seconds. */
export function createServiceFinder(
  client: KubernetesClient,
  now: () => number = () => performance.now(),
): FindServices {
  const known = new Map<string, { readonly services: readonly Service[]; readonly untilMs: number }>();
  return async (object) => {
    const { uid, namespace } = object.metadata;
    const kept = known.get(uid);
    if (kept !== undefined && kept.untilMs > now()) return kept.services;
    const list = await ifAllowed(client.get<List<Service>>(`/api/v1/namespaces/${namespace}/services`));
    const labels = object.spec.template.metadata?.labels ?? {};
    const services = (list?.items ?? []).filter((service) => selects(service, labels));
    known.set(uid, { services, untilMs: now() + KEEP_MS });
    return services;
  };
}

const KEEP_MS = 5_000;

function selects({ spec: { selector = {} } }: Service, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

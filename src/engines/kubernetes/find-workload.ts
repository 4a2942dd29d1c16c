import { EngineError } from "../../lifecycle/ports.ts";
import type { ScalableObject } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import type { ClusterView } from "./cluster-view.ts";
import { ifThere } from "./refusals.ts";
import { pathOf, placeOf, type Resource, RESOURCES } from "./reference.ts";

/** A Deployment or StatefulSet that was read. */
export interface Found {
  readonly resource: Resource;
  readonly object: ScalableObject;
}

/** Reads a workload; `undefined` if neither kind has this name. */
export async function findWorkload(
  client: KubernetesClient,
  view: Pick<ClusterView, "get">,
  name: string,
): Promise<Found | undefined> {
  const place = placeOf(name);
  if (place === undefined) return undefined;
  const known = view.get(name)?.resource;
  for (const resource of known === undefined ? RESOURCES : [known, ...RESOURCES.filter((other) => other !== known)]) {
    const object = await ifThere(client.get<ScalableObject>(pathOf(resource, place)));
    if (object !== undefined) return { resource, object };
  }
  return undefined;
}

/** The same, but rejects with `absent` if there is none. */
export async function findPresent(
  client: KubernetesClient,
  view: Pick<ClusterView, "get">,
  name: string,
): Promise<Found> {
  const found = await findWorkload(client, view, name);
  if (found !== undefined) return found;
  throw new EngineError("absent", `There is no Deployment or StatefulSet "${name}"`);
}

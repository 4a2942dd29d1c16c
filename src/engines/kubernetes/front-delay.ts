import type { Engine } from "../../lifecycle/ports.ts";
import type { Pod } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import type { ClusterView } from "./cluster-view.ts";
import { findPresent } from "./find-workload.ts";
import { isEnding, isReady } from "./pod-state.ts";
import { podsOf } from "./pods-of.ts";
import type { FindServices } from "./services.ts";

interface FrontDelayDeps {
  readonly client: KubernetesClient;
  readonly view: ClusterView;
  readonly services: FindServices;
}

/**
 * Creates the function that estimates how long Traefik's Kubernetes provider still needs to reach a workload's new
 * pods; until then Traefik answers 502, 503 or 404.
 */
export function createFrontDelay({ client, view, services }: FrontDelayDeps): NonNullable<Engine["frontDelay"]> {
  return async ({ name }, applyMs) => {
    const { resource, object } = await findPresent(client, view, name);
    const pods = (await podsOf(client, resource, object)).filter((pod) => isReady(pod) && !isEnding(pod));
    const isFixed = (await services(object)).some(({ metadata: { annotations = {} } }) =>
      FIXED_ADDRESS.some((key) => annotations[key] === "true"),
    );
    if (pods.length === 0) return { ms: NOT_OFFERED_MS, isFixed };
    const offeredMs = Math.min(...pods.map((pod) => offeredAtMs(view, pod)));
    const lagMs = isFixed ? NODES_MS : applyMs + PROVIDER_MS;
    return { ms: Math.max(0, offeredMs + lagMs - Date.now()), isFixed };
  };
}

/** With these annotations Traefik uses the address of the Service or the nodes, which does not change. */
const FIXED_ADDRESS = ["nativelb", "nodeportlb"].map((key) => `traefik.ingress.kubernetes.io/service.${key}`);
/** How long the nodes take to route a Service to a new pod. */
const NODES_MS = 300;
/** How long Traefik takes to receive a change: some 100 ms, more on a busy machine. */
const PROVIDER_MS = 1_000;
/** When to check again. */
const NOT_OFFERED_MS = 1_000;

/** Returns when a pod was offered; if unknown, when it became ready, which has whole seconds, plus a lag. */
function offeredAtMs(view: Pick<ClusterView, "offeredSinceMs">, { metadata, status }: Pod): number {
  const readyAt = status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
  return view.offeredSinceMs(metadata) ?? (Date.parse(readyAt) || 0) + 2_000;
}

import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { isBeingUpdated, replicasOf, REPLICAS_LABEL, type Service } from "./swarm-objects.ts";

/** To how many replicas a service is scaled, and what its label keeps; `undefined`: it is left as it is. */
type Plan = (replicas: number, service: Service) => { readonly replicas: number; readonly kept?: number } | undefined;

const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 30;

/**
 * Scales a replicated service by an update that sends everything else back as it was read. Somebody else may write at the same
 * moment: then it is read again, and planned again.
 */
export async function scaleService(
  client: SwarmClient,
  name: string,
  plan: Plan,
  onlyIf?: string,
): Promise<{ readonly former: number; readonly service: Service }> {
  for (let tries = 0; ; tries += 1) {
    const service = await client.call<Service>("GET", `/services/${encodeURIComponent(name)}`);
    const former = replicasOf(service.Spec);
    if (former === undefined)
      throw new EngineError("refused", `service "${name}" cannot be scaled: it is not replicated`);
    const planned = plan(former, service);
    if (planned === undefined || planned.replicas === former) return { former, service };
    if (isBeingUpdated(service))
      throw new EngineError(
        "changed",
        `service "${name}" has an update that is not done (${service.UpdateStatus?.State})`,
      );
    if (onlyIf !== undefined && onlyIf !== String(service.Version.Index))
      throw new EngineError("changed", `service "${name}" was changed by somebody else`);
    try {
      await client.call(
        "POST",
        `/services/${service.ID}/update?version=${service.Version.Index}`,
        scaled(service, planned),
      );
      return { former, service };
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== "changed" || tries >= MOST_TRIES) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

function scaled({ Spec }: Service, { replicas, kept }: NonNullable<ReturnType<Plan>>): unknown {
  const label = kept === undefined ? {} : { Labels: { ...Spec.Labels, [REPLICAS_LABEL]: String(kept) } };
  return { ...Spec, ...label, Mode: { ...Spec.Mode, Replicated: { ...Spec.Mode?.Replicated, Replicas: replicas } } };
}

/** How many tasks a service had before it was scaled to 0: by its last update, by its label, or as `known`. */
export function formerReplicas({ Spec, PreviousSpec }: Service, known: number): number {
  const before = PreviousSpec === undefined ? 0 : (replicasOf(PreviousSpec) ?? 0);
  const kept = Number(Spec.Labels?.[REPLICAS_LABEL]);
  return before || (Number.isSafeInteger(kept) && kept > 0 ? kept : Math.max(1, known));
}

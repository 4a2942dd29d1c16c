import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { isBeingUpdated, replicasOf, REPLICAS_LABEL, type Service } from "./swarm-objects.ts";

/** Returns the new number of replicas and the number to keep in the label; `undefined`: no change. */
type Plan = (replicas: number, service: Service) => { readonly replicas: number; readonly kept?: number } | undefined;

const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 30;

/**
 * Scales a replicated service by an update that sends back everything else unchanged. If somebody else writes at the
 * same time, reads it and calls `plan` again.
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

/** Returns the number of tasks before a scale to 0: from the previous spec, the label, or `known`. */
export function formerReplicas({ Spec, PreviousSpec }: Service, known: number): number {
  const before = PreviousSpec === undefined ? 0 : (replicasOf(PreviousSpec) ?? 0);
  const kept = Number(Spec.Labels?.[REPLICAS_LABEL]);
  return before || (Number.isSafeInteger(kept) && kept > 0 ? kept : Math.max(1, known));
}

import { setTimeout as sleep } from "node:timers/promises";
import { EngineError, type StopOrder, type StopResult } from "../../lifecycle/ports.ts";
import type { Pod } from "./api-types.ts";
import { type Autoscalers, refusalBy } from "./autoscalers.ts";
import type { KubernetesClient } from "./client.ts";
import type { ClusterView } from "./cluster-view.ts";
import { type Found, findWorkload } from "./find-workload.ts";
import { replicasToStart } from "./former-count.ts";
import { isEnding, isLive } from "./pod-state.ts";
import type { PodWatch } from "./pod-watch.ts";
import { podsOf } from "./pods-of.ts";
import { nameOf } from "./reference.ts";
import { ifAllowed } from "./refusals.ts";
import { scaleDown, type ScaleDeps, scaleUp } from "./scale.ts";
import type { ScaleBacks } from "./scale-backs.ts";
import { replicasOf } from "./workload-facts.ts";

interface StartStopDeps {
  readonly client: KubernetesClient;
  readonly view: ClusterView;
  readonly autoscalers: Autoscalers;
  readonly scaleBacks: ScaleBacks;
  readonly podWatch: PodWatch;
  /** The workloads to which the gateway's own pod may belong. */
  readonly self: readonly string[];
}

/** Starts and stops workloads by their scale. */
export interface StartStop {
  start(found: Found, instances: number | undefined): Promise<void>;
  stop(found: Found, order: StopOrder): Promise<StopResult>;
}

/** Creates the functions for start and stop. */
export function createStartStop({ client, view, autoscalers, scaleBacks, podWatch, self }: StartStopDeps): StartStop {
  function scaleOf({ object }: Found): ScaleDeps {
    const name = nameOf(object.metadata);
    return {
      client,
      async read() {
        const found = await findWorkload(client, view, name);
        if (found !== undefined) return found;
        throw new EngineError("absent", `"${name}" was removed`);
      },
      onWrite: (replicas) => scaleBacks.expect(name, replicas),
      onRefused: () => scaleBacks.forget(name),
    };
  }

  const podsNow = async ({ resource, object }: Found): Promise<readonly Pod[]> =>
    (await ifAllowed(podsOf(client, resource, object))) ?? [];

  return {
    async start(found, instances) {
      const { resource, object } = found;
      const name = nameOf(object.metadata);
      const count = async (now: Found): Promise<number> => {
        const needsAutoscaler = instances === undefined;
        const { horizontal } = needsAutoscaler ? await autoscalers.of(resource, object.metadata) : {};
        return replicasToStart(instances, now.object, horizontal);
      };
      const wanted = await scaleUp(scaleOf(found), found, count);
      podWatch.follow(
        name,
        wanted,
        () => podsOf(client, resource, object),
        () => view.notify(name),
      );
    },

    async stop(found, { onlyIf, method }) {
      const { resource, object } = found;
      const name = nameOf(object.metadata);
      // The configuration may contain it, but nothing would start it again.
      if (self.includes(name)) throw new EngineError("refused", `"${name}" is the gateway's own workload`);
      if (replicasOf(object) === 0) return { instances: 0 };
      if (method === "pause") throw new EngineError("refused", "Kubernetes cannot pause a pod");
      const refusal = scaleBacks.refusal(name) ?? refusalBy(await autoscalers.of(resource, object.metadata));
      if (refusal !== undefined) throw new EngineError("refused", refusal);
      const pods = await podsNow(found);
      const instances = await scaleDown(scaleOf(found), found, onlyIf);
      podWatch.leave(name);
      await untilEnding(pods, () => podsNow(found));
      return { instances };
    },
  };
}

/** Waits until all former pods are terminating; otherwise a new start could send requests to one of them. */
async function untilEnding(pods: readonly Pod[], podsNow: () => Promise<readonly Pod[]>): Promise<void> {
  const former = new Set(pods.map(({ metadata }) => metadata.uid));
  const isHere = (pod: Pod): boolean => former.has(pod.metadata.uid) && isLive(pod) && !isEnding(pod);
  for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += PAUSE_MS) {
    if (!(await podsNow()).some(isHere)) return;
    await sleep(PAUSE_MS);
  }
}

const PAUSE_MS = 40;
/** The limit of this wait: without its controller no pod is ended, but the workload may still be started again. */
const LONGEST_WAIT_MS = 10_000;

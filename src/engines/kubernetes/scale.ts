import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { KubernetesClient } from "./client.ts";
import type { Found } from "./find-workload.ts";
import { pathOf } from "./reference.ts";
import { replicasOf, versionOf } from "./workload-facts.ts";

/** What a write of the scale needs. */
export interface ScaleDeps {
  readonly client: KubernetesClient;
  /** Reads the object again; rejects with `absent`. */
  readonly read: () => Promise<Found>;
  /** Called before a write and after one that was refused. */
  readonly onWrite: (replicas: number) => void;
  readonly onRefused: () => void;
}

/** Controllers write the status all the time while a rollout moves: one in four writes meets such a change. */
const TRIES = 10;
const PAUSE_MS = 20;

/** Sets the count to `count` if it is 0, and returns what it is then. Another change of the object only delays it. */
export async function scaleUp(
  deps: ScaleDeps,
  found: Found,
  count: (found: Found) => Promise<number>,
): Promise<number> {
  let now = found;
  for (let tries = 1; replicasOf(now.object) === 0; tries += 1) {
    const replicas = await count(now);
    if (await write(deps, now, replicas, tries)) return replicas;
    now = await deps.read();
  }
  return replicasOf(now.object);
}

/** Sets the count to 0 and returns what it was; rejects with `changed` when somebody changes the `spec` meanwhile. */
export async function scaleDown(deps: ScaleDeps, found: Found, onlyIf: string | undefined): Promise<number> {
  const expected = onlyIf || versionOf(found.object);
  let now = found;
  for (let tries = 1; ; tries += 1) {
    const replicas = replicasOf(now.object);
    if (replicas === 0) return 0;
    if (versionOf(now.object) !== expected) {
      throw new EngineError("changed", `${now.object.metadata.name} was changed by somebody else meanwhile`);
    }
    if (await write(deps, now, 0, tries)) return replicas;
    now = await deps.read();
  }
}

/** Writes on condition that nothing has changed since `found` was read; false: something has. */
async function write(
  { client, onWrite, onRefused }: ScaleDeps,
  { resource, object }: Found,
  replicas: number,
  tries: number,
): Promise<boolean> {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  onWrite(replicas);
  try {
    await client.put(`${pathOf(resource, { namespace, name })}/scale`, {
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name, namespace, uid, resourceVersion },
      spec: { replicas },
    });
    return true;
  } catch (error) {
    const code = error instanceof EngineError ? error.code : undefined;
    // Without an answer it may have been carried out all the same.
    if (code !== "unreachable") onRefused();
    if (code !== "changed" || tries >= TRIES) throw error;
    await sleep(PAUSE_MS * Math.random());
    return false;
  }
}

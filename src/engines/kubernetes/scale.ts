import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { KubernetesClient } from "./client.ts";
import type { Found } from "./find-workload.ts";
import { pathOf } from "./reference.ts";
import { replicasOf, versionOf } from "./workload-facts.ts";

/** What a change of the scale needs. */
export interface ScaleDeps {
  readonly client: KubernetesClient;
  /** Reads the object again; rejects with `absent`. */
  readonly read: () => Promise<Found>;
  /** Called before a write; `onRefused` after one that was refused. */
  readonly onWrite: (replicas: number) => void;
  readonly onRefused: () => void;
}

/** During a rollout controllers write the status so often that every fourth write of ours conflicts. */
const TRIES = 10;
const PAUSE_MS = 20;

/** Sets the count to `count` if it is 0, and returns the new count; retries after other changes of the object. */
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

/** Sets the count to 0 and returns the former one; rejects with `changed` if somebody changes the `spec` meanwhile. */
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

/** Writes if nothing has changed since `found` was read; returns false otherwise. */
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
    // Without a response it may still have been carried out.
    if (code !== "unreachable") onRefused();
    if (code !== "changed" || tries >= TRIES) throw error;
    await sleep(PAUSE_MS * Math.random());
    return false;
  }
}

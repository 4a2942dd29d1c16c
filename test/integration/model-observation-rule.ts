import assert from "node:assert/strict";
import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import type { Cast } from "./model-run.ts";

/** After a change of the engine or the settings everything is observed once more. */
const SETTLED_MS = 1_000;

/** Once every change was reported and every answer has arrived, the newest answer is the one that counts. */
export function checkObservation({ clock, model, unsteadyAtMs, linkedAtMs }: Cast, record: WorkloadRecord): void {
  const { name, observation, state, job } = record;
  const actual = model.of(name);
  // Other jobs observe when they need to.
  if (job !== undefined && state.status !== "unready" && state.status !== "failed") return;
  if (!model.isReachable() || clock.now() - Math.max(unsteadyAtMs, linkedAtMs) < SETTLED_MS) return;
  if (observation === undefined || actual.observationsInProgress > 0 || model.isUnreported(actual)) return;
  assert.equal(observation.status, actual.status, `${name} as it was observed last`);
}

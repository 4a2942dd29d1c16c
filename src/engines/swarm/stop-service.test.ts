import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "../../../test/support/fake-manager.ts";
import { createSwarmEngine } from "./create-swarm-engine.ts";

test("a stop does not wait for the tasks of somebody who scales up meanwhile", async (t) => {
  // Its replicas are never 0, as if somebody else (a rollback, for example) had changed them at once.
  const manager = await startFakeManager(t, {
    "/services/web": { ID: "s1", Version: { Index: 7 }, Spec: { Name: "web", Mode: { Replicated: { Replicas: 1 } } } },
    "/services/s1/update": {},
    "/tasks": [{ ID: "t1", ServiceID: "s1", DesiredState: "running", Status: { State: "running" } }],
  });
  const reach = () => ({ address: "auto", network: "" }) as const;
  const engine = createSwarmEngine({ environment: {}, managers: [manager.host], reach, self: "" });
  t.after(() => engine.close());
  const begunMs = performance.now();
  const ref = { name: "web", targetPort: 80, network: "" };
  assert.deepEqual(await engine.stop(ref, { method: "stop", timeoutMs: undefined, signal: "" }), { instances: 1 });
  assert.ok(performance.now() - begunMs < 2_000, "it waited");
});

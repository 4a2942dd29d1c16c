import assert from "node:assert/strict";
import { test } from "node:test";
import { observeService } from "./observe-service.ts";
import type { SwarmView } from "./task-endpoints.ts";

test("the version of a service is known, asleep or awake", () => {
  const view: SwarmView = { mode: "auto", network: "", interfaces: [], nodeAddress: () => undefined, meshAddress: "" };
  const seen = [0, 2].map((replicas) => {
    const Spec = { Name: "web", Mode: { Replicated: { Replicas: replicas } } };
    const service = { ID: "s1", Version: { Index: 7 }, Spec };
    const ref = { name: "web", targetPort: 80, network: "" };
    return observeService(ref, service, { tasks: [], view, startedAtMs: undefined });
  });
  assert.deepEqual(
    seen.map(({ status, version, wanted }) => [status, version, wanted]),
    [
      ["stopped", "7", 0],
      ["running", "7", 2],
    ],
  );
});

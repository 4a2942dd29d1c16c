import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "../../../test/support/fake-manager.ts";
import { createSwarmEngine } from "./create-swarm-engine.ts";

const task = (id: string, node: string, desired: string): object => {
  return { ID: id, ServiceID: "s1", NodeID: node, DesiredState: desired, Status: { State: "running" } };
};
const tasks = [task("t1", "n1", "shutdown"), task("t2", "n2", "shutdown"), task("t3", "n2", "running")];
const nodes = [
  { ID: "n1", Status: { State: "down" } },
  { ID: "n2", Status: { State: "ready" } },
];

for (const { what, more, expected } of [
  { what: "a task on a node that is down is no instance", more: { "/nodes": nodes }, expected: ["t2", "t3"] },
  { what: "as long as nothing is known of the nodes, every task is one", more: {}, expected: ["t1", "t2", "t3"] },
]) {
  test(what, async (t) => {
    const manager = await startFakeManager(t, {
      "/services/web": {
        ID: "s1",
        Version: { Index: 7 },
        Spec: { Name: "web", Mode: { Replicated: { Replicas: 1 } } },
      },
      "/tasks": tasks,
      ...more,
    });
    const reach = () => ({ address: "auto", network: "" }) as const;
    const engine = createSwarmEngine({ environment: {}, managers: [manager.host], reach, self: "" });
    t.after(() => engine.close());
    const { instances } = await engine.observe({ name: "web", targetPort: 80, network: "" });
    assert.deepEqual(
      instances.map(({ id }) => id),
      expected,
    );
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeManager } from "../../../test/support/fake-manager.ts";
import { EngineError, type StopOrder } from "../../lifecycle/ports.ts";
import { createSwarmEngine } from "./create-swarm-engine.ts";

const ORDER: StopOrder = { method: "stop", timeoutMs: undefined, signal: "" };
const SELF = "0123456789ab";
const service = {
  ID: "s1",
  Version: { Index: 7 },
  Spec: { Name: "shop_gateway", Mode: { Replicated: { Replicas: 1 } } },
};
const asleep = { ...service, Spec: { ...service.Spec, Mode: { Replicated: { Replicas: 0 } } } };

function task(containerId: string) {
  const Status = { State: "running", ContainerStatus: { ContainerID: containerId } };
  return { ID: `t-${containerId}`, ServiceID: "s1", DesiredState: "running", Status };
}

const cases = [
  { what: "the service of the gateway itself is never stopped", containers: [`${SELF}${"c".repeat(52)}`], own: true },
  { what: "one of several copies of the gateway is enough", containers: ["f".repeat(64), `${SELF}0`], own: true },
  { what: "any other service is stopped", containers: ["f".repeat(64)], own: false },
];

for (const { what, containers, own } of cases) {
  test(what, async (t) => {
    const manager = await startFakeManager(t, {
      "/services/shop_gateway": service,
      "/services/s1/update": {},
      "/tasks": containers.map(task),
    });
    const reach = () => ({ address: "auto", network: "" }) as const;
    const engine = createSwarmEngine({ environment: {}, managers: [manager.host], reach, self: SELF });
    t.after(() => engine.close());
    const stop = engine.stop({ name: "shop_gateway", targetPort: 80, network: "" }, ORDER);
    if (own) {
      await assert.rejects(stop, new EngineError("refused", `"shop_gateway" is the gateway's own service`));
      assert.deepEqual(manager.bodies, []);
      return;
    }
    while (manager.bodies.length === 0) await new Promise(setImmediate);
    manager.answers["/services/shop_gateway"] = asleep;
    manager.answers["/tasks"] = [];
    assert.deepEqual(await stop, { instances: 1 });
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Autoscaler } from "./api-types.ts";
import { createAutoscalers } from "./autoscalers.ts";
import type { KubernetesClient } from "./client.ts";
import type { WorkloadFacts } from "./workload-facts.ts";

const web: WorkloadFacts = {
  resource: "deployments",
  name: "kubernetes:shop/web",
  uid: "u",
  replicas: 1,
  image: "",
  labels: {},
  ports: [],
  owner: undefined,
};

test("autoscalers that could not be read are read again at the next list, and then not for five minutes", async () => {
  let now = 0;
  let calls = 0;
  let isAway = true;
  const scaled = {
    metadata: { name: "web-keda", namespace: "shop", uid: "k", resourceVersion: "1" },
    spec: { scaleTargetRef: { name: "web" } },
  } as Autoscaler;
  const client = {
    get(path: string) {
      calls += 1;
      if (isAway) return Promise.reject(new EngineError("unreachable", "the API server is away"));
      return Promise.resolve({ metadata: {}, items: path.includes("scaledobjects") ? [scaled] : [] });
    },
  } as unknown as KubernetesClient;
  const autoscalers = createAutoscalers(client, [], () => now);
  await assert.rejects(autoscalers.refresh([web]), { code: "unreachable" });
  isAway = false;
  await autoscalers.refresh([web]);
  assert.match(autoscalers.remarks(web).refused ?? "", /KEDA/);
  const read = calls;
  now += 299_000;
  await autoscalers.refresh([web]);
  assert.equal(calls, read);
  now += 2_000;
  await autoscalers.refresh([web]);
  assert.ok(calls > read);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { EngineError } from "../../lifecycle/ports.ts";
import { createKubernetesEngine } from "./create-kubernetes-engine.ts";
import { ownWorkloads } from "./own-workloads.ts";

const pods: readonly [pod: string, workloads: readonly string[]][] = [
  ["gateway-5d9c7b-x2x9k", ["kubernetes:infra/gateway-5d9c7b", "kubernetes:infra/gateway"]],
  ["my-gateway-0", ["kubernetes:infra/my-gateway"]],
  ["gateway", []],
];

for (const [pod, workloads] of pods) {
  test(`the pod ${pod} may be of ${workloads.join(" or ") || "no workload"}`, (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), "dag-own-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    assert.deepEqual(ownWorkloads(pod, directory), [], "without a service account it is no pod");
    writeFileSync(path.join(directory, "namespace"), "infra\n");
    assert.deepEqual(ownWorkloads(pod, directory), workloads);
  });
}

test("the gateway's own workload is neither stopped nor restarted", async (t) => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify(deployment));
  });
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const engine = createKubernetesEngine({
    connect: () => ({ url, tls: {}, token: () => undefined }),
    namespaces: [],
    named: () => [],
    self: ["kubernetes:infra/gateway"],
  });
  t.after(() => engine.close());
  const ref = { name: "kubernetes:infra/gateway", targetPort: 80, network: "" };
  const order = { method: "stop", timeoutMs: undefined, signal: "" } as const;
  const refusal = new EngineError("refused", `"${ref.name}" is the gateway's own workload`);
  await assert.rejects(engine.stop(ref, order), refusal);
  await assert.rejects(engine.restart(ref, order), refusal);
  assert.deepEqual(
    calls.filter((call) => !call.startsWith("GET ")),
    [],
  );
});

const deployment = {
  metadata: { name: "gateway", namespace: "infra", uid: "u", resourceVersion: "1", generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: {} }, template: { spec: { containers: [] } } },
};

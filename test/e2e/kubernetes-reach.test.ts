import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { KubeBed } from "../support/kube/bed.ts";
import { startClusterGateway } from "../support/kube/cluster-gateway.ts";
import { serviceFor, workload } from "../support/kube/manifests.ts";
import { BALANCER_ADDRESS, startServiceProxy } from "../support/kube/service-proxy.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { waitUntil } from "../support/wait-until.ts";

const bedFor = shareBed();

function rule(title: string, check: (bed: KubeBed, t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    const bed = await bedFor(t);
    if (bed !== undefined) await check(bed, t);
  });
}

describe("how the gateway finds workloads and reaches their pods", () => {
  rule("what the file names needs no label, however many workloads and namespaces it is", async (bed, t) => {
    const namespaces = await Promise.all(Array.from({ length: 12 }, () => bed.namespace()));
    const named = namespaces.flatMap((namespace) => ["a", "b", "c"].map((name) => ({ namespace, name })));
    const deploy = ({ namespace, name }: (typeof named)[number], enabled: string): Promise<unknown> =>
      bed.api.apply(workload({ namespace, name, replicas: 0, dag: { enabled } }));
    await Promise.all(named.map((one) => deploy(one, "false")));
    const hostOf = ({ namespace, name }: (typeof named)[number]): string => `${name}.${namespace}.test`;
    const containers = named.map((one) => ({ name: `kubernetes:${one.namespace}/${one.name}`, host: hostOf(one) }));
    const { gateway } = await startClusterGateway(t, bed, { config: { containers }, cluster: { namespaces } });
    const [first, last] = [named[0]!, named.at(-1)!];
    for (const one of [first, last]) {
      const { status, text } = await gateway.request({ host: hostOf(one) });
      assert.equal(status, 200, text);
    }
    for (const enabled of ["true", "false"]) await deploy(first, enabled);
    await bed.api.delete(`/apis/apps/v1/namespaces/${last.namespace}/deployments/${last.name}`);
    await waitUntil(async () => {
      const { containers: now } = (await gateway.request({ path: "/_status/api" })).json();
      return now.find(({ host }: { host: string }) => host === hostOf(last)).state === "absent";
    }, 20_000);
    assert.equal((await gateway.request({ host: hostOf(first) })).status, 200);
  });

  rule("a StatefulSet that has the name of a Deployment is found when that is gone", async (bed, t) => {
    const { gateway, deploy, path } = await startClusterGateway(t, bed);
    await deploy({ name: "web", replicas: 0 });
    await deploy({ kind: "StatefulSet", name: "web", replicas: 0, dag: { host: "other.test" } });
    assert.equal((await gateway.request({ host: "web.test" })).status, 200);
    assert.equal((await gateway.request({ host: "other.test" })).status, 404);
    await bed.api.delete(path("web"));
    await waitUntil(async () => (await gateway.request({ host: "other.test" })).text.includes('"web-0"'), 60_000);
  });

  for (const [where, reach, spec] of [
    ["the ports of their nodes", "", { type: "NodePort" }],
    ["node ports at the address of `reach`", "localhost", { type: "NodePort" }],
    ["a headless Service and no node port, at their own addresses", undefined, { clusterIP: "None" }],
  ] as const) {
    rule(`from outside of the cluster it is ${where}`, async (bed, t) => {
      const proxy = startServiceProxy(bed);
      t.after(() => proxy.stop());
      const cluster = reach === undefined ? {} : { address: "service", reach };
      const { gateway, deploy, namespace, untilStatus, sleep } = await startClusterGateway(t, bed, { cluster });
      await bed.api.apply(serviceFor(namespace, "web", spec));
      await deploy({ name: "web", replicas: 2, conduct: { grace: "1000" } });
      await untilStatus("web", "ready");
      for (let round = 0; round < 3; round += 1) {
        await sleep("web");
        const clients = Array.from({ length: 8 }, () => gateway.request({ host: "web.test" }));
        assert.deepEqual([...new Set((await Promise.all(clients)).map(({ status }) => status))], [200]);
      }
      const late = [...bed.node.stats(namespace).values()].map((pod) => pod.late);
      assert.equal(Math.max(...late), 0);
      assert.equal(proxy.nodeConnections() > 0, reach !== undefined);
    });
  }

  rule("a load balancer is used where there is one, and no port of a node", async (bed, t) => {
    const { gateway, deploy, namespace } = await startClusterGateway(t, bed, {
      cluster: { address: "service" },
    });
    const spec = {
      type: "LoadBalancer",
      allocateLoadBalancerNodePorts: false,
      ports: [{ port: 8_123, targetPort: 80 }],
    };
    await bed.api.apply(serviceFor(namespace, "web", spec));
    const place = `/api/v1/namespaces/${namespace}/services/web/status`;
    await bed.api.patch(place, { status: { loadBalancer: { ingress: [{ ip: BALANCER_ADDRESS }] } } });
    const balancer = startServiceProxy(bed, { hasBalancers: true });
    t.after(() => balancer.stop());
    await deploy({ name: "web", replicas: 0 });
    assert.equal((await gateway.request({ host: "web.test" })).status, 200);
  });

  rule("a pod with IPv6 alone is reached", async (bed, t) => {
    const { gateway, deploy } = await startClusterGateway(t, bed);
    await deploy({ name: "web", replicas: 0, conduct: { ip: "6" }, port: 8_746 });
    assert.equal((await gateway.request({ host: "web.test" })).status, 200);
  });

  rule("of several containers and ports the Service's target port is used, by number or name", async (bed, t) => {
    const { gateway, deploy, namespace } = await startClusterGateway(t, bed);
    const sidecar = { name: "sidecar", image: "s:1", ports: [{ containerPort: 9_001 }, { containerPort: 9_002 }] };
    const app = { name: "app", image: "a:1", ports: [{ name: "http", containerPort: 8_080 }] };
    for (const [name, targetPort] of [
      ["named", "http"],
      ["numbered", 9_002],
    ] as const) {
      await bed.api.apply(serviceFor(namespace, name, { ports: [{ port: 80, targetPort }] }));
      await deploy({ name, replicas: 0, containers: [sidecar, app] });
      const answer = await gateway.request({ host: `${name}.test` });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers["x-port"], name === "named" ? "8080" : "9002");
    }
  });
});

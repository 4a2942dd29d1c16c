import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { KubeBed } from "../support/kube/bed.ts";
import { type ClusterGateway, leastRules, startClusterGateway } from "../support/kube/cluster-gateway.ts";
import { startFaultyApi } from "../support/kube/faulty-api.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { navigation } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

const bedFor = shareBed();

function rule(title: string, check: (bed: KubeBed, t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    const bed = await bedFor(t);
    if (bed !== undefined) await check(bed, t);
  });
}

/** How a pod fails, and what the gateway makes of it; `says`: on the page, where that differs. */
const TROUBLES: readonly { fail: string; reason: string; words: RegExp; says?: RegExp }[] = [
  { fail: "crash", reason: "exited", words: /exit code 3/ },
  { fail: "oom", reason: "oom", words: /out of memory/, says: /memory/ },
  { fail: "pull", reason: "image", words: /image app:1 cannot be pulled \(ImagePullBackOff\)/ },
  { fail: "unschedulable", reason: "unschedulable", words: /no node has room: .*Insufficient memory/ },
  { fail: "probe", reason: "unhealthy", words: /readiness probe has not passed/ },
];

describe("trouble in Kubernetes", { concurrency: 2 }, () => {
  rule("why a wake failed is on the page, in the API and in the metrics", async (bed, t) => {
    const cluster = await startClusterGateway(t, bed);
    const { gateway, namespace } = cluster;
    const tries = TROUBLES.map(async ({ fail, reason, words, says = words }) => {
      const conduct = { fail, log: "first words\nlast words" };
      const spec = { name: fail, replicas: 0, conduct, readinessProbe: fail === "probe" };
      await cluster.deploy({ ...spec, dag: { start_timeout: "10s" } });
      await failed(cluster, fail);
      const { failure } = await cluster.status(fail);
      assert.equal(failure.reason, reason);
      assert.match(failure.message, words);
      const page = await gateway.request({ host: `${fail}.test`, headers: navigation });
      assert.equal(page.status, 502);
      assert.match(page.text, says);
      if (fail === "crash" || fail === "oom") assert.match(page.text, /last words/);
    });
    await Promise.all(tries);
    const metrics = (await gateway.request({ path: "/_metrics" })).text.split("\n");
    const counted = TROUBLES.map(
      ({ fail, reason }) =>
        `gateway_start_failures_total{container="kubernetes:${namespace}/${fail}",reason="${reason}"} 1`,
    );
    assert.deepEqual(metrics.filter((line) => line.startsWith("gateway_start_failures_total")).sort(), counted.sort());
  });

  rule("on the page of what needs a pod that crashes is the log of that pod", async (bed, t) => {
    const cluster = await startClusterGateway(t, bed);
    await cluster.deploy({
      name: "db",
      replicas: 0,
      conduct: { fail: "crash", log: "no disk" },
      dag: { start_timeout: "10s" },
    });
    await cluster.deploy({ name: "web", replicas: 0, dag: { depends_on: "db" } });
    await failed(cluster, "web");
    const page = await cluster.gateway.request({ host: "web.test", headers: navigation });
    assert.match(page.text, /no disk/);
  });

  rule("an API server that answers 429 or 500 for a while costs awake apps nothing, and wakes wait", async (bed, t) => {
    const api = await startFaultyApi(bed);
    t.after(() => api.close());
    const cluster = await startClusterGateway(t, bed, { cluster: { kubeconfig: await throughProxy(bed, api.url) } });
    const { gateway } = cluster;
    await cluster.deploy({ name: "awake", replicas: 1 });
    await cluster.deploy({ name: "asleep", replicas: 0 });
    await cluster.untilStatus("awake", "ready");
    for (const status of [429, 500]) {
      api.fail(status);
      const waiting = gateway.request({ host: "asleep.test" });
      for (let count = 0; count < 20; count += 1) {
        assert.equal((await gateway.request({ host: "awake.test" })).status, 200);
        assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
        await elapse(50);
      }
      await bed.api.patch(cluster.path("awake"), { metadata: { annotations: { "dag.icon": `icon-${status}` } } });
      api.fail(undefined);
      assert.equal((await waiting).status, 200);
      await waitUntil(async () => (await cluster.status("awake")).icon === `icon-${status}`, 15_000, "the change");
      await cluster.sleep("asleep");
    }
  });

  rule(
    "a quota that is used up is said, and a Deployment that is paused or updated meanwhile wakes",
    async (bed, t) => {
      const cluster = await startClusterGateway(t, bed);
      const { gateway, namespace } = cluster;
      const metadata = { name: "none", namespace };
      const hard = { pods: "0", "count/replicasets.apps": "1" };
      await bed.api.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } });
      const quota = `/api/v1/namespaces/${namespace}/resourcequotas/none`;
      await bed.api.patch(`${quota}/status`, { status: { hard, used: { pods: "0", "count/replicasets.apps": "0" } } });
      const dag = { start_timeout: "10s" };
      await cluster.deploy({ name: "web", replicas: 0, dag });
      await waitUntil(async () => (await bed.api.get(cluster.path("web"))).status?.observedGeneration === 1);
      await cluster.deploy({ name: "new", replicas: 0, dag });
      await cluster.deploy({ kind: "StatefulSet", name: "set", replicas: 0, dag });
      const says = ["web", "new", "set"].map(async (name) => (await gateway.request({ host: `${name}.test` })).text);
      const [web = "", fresh = "", set = ""] = await Promise.all(says);
      assert.match(web, /no pod can be created: .*exceeded quota/);
      assert.match(fresh, /no pod can be created: .*exceeded quota.*replicasets/);
      assert.match(set, /no pod was created yet/);
      await bed.api.delete(quota);
      await bed.api.patch(cluster.path("web"), { spec: { paused: true } });
      await waitUntil(async () => (await gateway.request({ host: "web.test" })).status === 200, 30_000);
      await cluster.sleep("web");
      await bed.api.patch(cluster.path("web"), { spec: { paused: false } });
      const waiting = gateway.request({ host: "web.test" });
      await cluster.deploy({ name: "web", image: "app:2", conduct: { ready: "1000" } });
      assert.equal((await waiting).status, 200);
    },
  );

  rule("what somebody else scales to 0 while it wakes is reported as that", async (bed, t) => {
    const cluster = await startClusterGateway(t, bed);
    await cluster.deploy({ name: "web", replicas: 0, conduct: { ready: "30000" }, readinessProbe: true });
    const waiting = cluster.gateway.request({ host: "web.test" });
    await waitUntil(async () => (await cluster.replicas("web")) === 1);
    await cluster.untilStatus("web", "starting");
    await bed.api.patch(`${cluster.path("web")}/scale`, { spec: { replicas: 0 } });
    assert.match((await waiting).text, /stopped by somebody else while starting/);
    assert.equal(await cluster.replicas("web"), 0);
  });

  rule("what loses its label is left as it is, and forgotten", async (bed, t) => {
    const cluster = await startClusterGateway(t, bed);
    await cluster.deploy({ name: "web", replicas: 1, dag: { idle_timeout: "20s" } });
    await cluster.untilStatus("web", "ready");
    await bed.api.patch(cluster.path("web"), { metadata: { labels: { "dag.enabled": null } } });
    await waitUntil(async () => (await cluster.gateway.request({ host: "web.test" })).status === 404, 30_000);
    assert.equal(await cluster.replicas("web"), 1);
  });
});

/** Wakes it until that has failed. */
async function failed(cluster: ClusterGateway, name: string): Promise<void> {
  const answer = await cluster.gateway.request({ host: `${name}.test` });
  assert.equal(answer.status, 502, answer.text);
}

/** The gateway's kubeconfig, with the proxy in place of the API server. */
async function throughProxy(bed: KubeBed, server: string): Promise<string> {
  const file = path.join(bed.directory, "proxied.kubeconfig");
  const user = { token: await bed.tokenFor("gateway", leastRules) };
  const config = {
    clusters: [{ name: "c", cluster: { server } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { KubeBed } from "../support/kube/bed.ts";
import { type ClusterGateway, startClusterGateway } from "../support/kube/cluster-gateway.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { navigation } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

const bedFor = shareBed();
/** `KUBE_FREEZE_MS=120000` for the long run. */
const FREEZE_MS = Number(process.env["KUBE_FREEZE_MS"] ?? 3_000);
/** `KUBE_ROUNDS=200` for the long run. */
const ROUNDS = Number(process.env["KUBE_ROUNDS"] ?? 20);

/** A rule, tried by a gateway with the least rights against a real API server and its controllers. */
function rule(title: string, check: (cluster: ClusterGateway, bed: KubeBed, t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    const bed = await bedFor(t);
    if (bed !== undefined) await check(await startClusterGateway(t, bed), bed, t);
  });
}

describe("in Kubernetes", () => {
  for (const kind of ["Deployment", "StatefulSet"] as const) {
    rule(
      `a ${kind} sleeps when it is idle and wakes to its former count, for a page and for a program`,
      async (cluster, bed) => {
        const { gateway } = cluster;
        await cluster.deploy({ kind, name: "web", replicas: 2, dag: { idle_timeout: "1s" } });
        await cluster.untilStatus("web", "asleep");
        // So that it stays awake from here on, however long this takes.
        const labels = { "dag.idle_timeout": "1h" };
        await bed.api.patch(cluster.path("web", kind), { metadata: { labels } });
        await waitUntil(async () => (await cluster.status("web")).idle_timeout_sec === 3_600);
        const page = await gateway.request({ host: "web.test", headers: navigation });
        assert.equal(page.status, 503);
        assert.match(page.headers["content-type"] ?? "", /text\/html/u);
        const body = "x".repeat(100_000);
        const answer = await gateway.request({ host: "web.test", method: "POST", body });
        assert.equal(answer.status, 200);
        assert.equal(answer.text, body);
        await cluster.untilStatus("web", "ready");
        assert.equal((await bed.api.get(cluster.path("web", kind))).spec.replicas, 2);
      },
    );
  }

  rule(
    "a manifest without replicas does not wake a sleeping workload, nor does an update of its image",
    async (cluster, bed) => {
      const { gateway } = cluster;
      await cluster.deploy({ name: "web" });
      await cluster.untilStatus("web", "ready");
      await cluster.sleep("web");
      await cluster.deploy({ name: "web", image: "app:2" });
      assert.equal(await cluster.replicas("web"), 0);
      assert.equal((await gateway.request({ host: "web.test" })).status, 200);
      const { spec } = await bed.api.get(cluster.path("web"));
      assert.equal(spec.template.spec.containers[0].image, "app:2");
    },
  );

  rule("who arrives while the old pod still ends is answered by a new one at once", async (cluster, bed) => {
    const { gateway, namespace } = cluster;
    await cluster.deploy({ name: "web", replicas: 1, conduct: { grace: "30000" } });
    await cluster.untilStatus("web", "ready");
    const old = (await gateway.request({ host: "web.test" })).headers["x-pod"];
    await cluster.sleep("web");
    const answer = await gateway.request({ host: "web.test" });
    assert.equal(answer.status, 200);
    assert.ok(answer.headMs < 25_000, `${answer.headMs} ms`);
    assert.notEqual(answer.headers["x-pod"], old);
    assert.equal(bed.node.stats(namespace).get(String(old))?.late, 0);
  });

  rule("a pod that is ready but takes no connections yet costs nobody an error", async (cluster) => {
    await cluster.deploy({ name: "web", replicas: 0, conduct: { listen: "2000" }, readinessProbe: true });
    const { gateway } = cluster;
    const clients = Array.from({ length: 8 }, () => gateway.request({ host: "web.test" }));
    assert.deepEqual([...new Set((await Promise.all(clients)).map(({ status }) => status))], [200]);
  });

  rule(
    `${ROUNDS} rounds of sleep and wake under 8 clients lose no request and deliver none twice`,
    async (cluster, bed) => {
      const { gateway, namespace } = cluster;
      await cluster.deploy({ name: "web", replicas: 2 });
      await cluster.untilStatus("web", "ready");
      let isOver = false;
      let sent = 0;
      const faults: string[] = [];
      const client = async (): Promise<void> => {
        while (!isOver) {
          const body = `request ${(sent += 1)}`;
          const { status, text } = await gateway.request({ host: "web.test", method: "POST", body });
          if (status !== 200 || text !== body) faults.push(`${status} ${text.slice(0, 100)}`);
        }
      };
      const clients = Array.from({ length: 8 }, client);
      const stops = (): number => gateway.log.filter(({ event }) => event === "stopped").length;
      for (let round = 0; round < ROUNDS; round += 1) {
        const order = { method: "POST", path: `/_status/stop?container=kubernetes:${namespace}/web` };
        const { status, text } = await gateway.request(order);
        assert.equal(status, 202, text);
        await waitUntil(() => stops() > round, 20_000, `stop ${round + 1}`);
        await cluster.untilStatus("web", "ready");
      }
      isOver = true;
      await Promise.all(clients);
      assert.deepEqual(faults, []);
      const seen = [...bed.node.stats(namespace).values()];
      assert.equal(
        seen.reduce((sum, { requests }) => sum + requests, 0),
        sent,
      );
      assert.equal(await cluster.replicas("web"), 2);
    },
  );

  rule("a rolling update of an awake app costs no request", async (cluster) => {
    const { gateway } = cluster;
    await cluster.deploy({ name: "web", replicas: 2, conduct: { grace: "1000" }, readinessProbe: true });
    await cluster.untilStatus("web", "ready");
    const statuses = new Set<number>();
    const pods = new Set<unknown>();
    let isOver = false;
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const { status, headers } = await gateway.request({ host: "web.test" });
        statuses.add(status);
        pods.add(headers["x-pod"]);
      }
    });
    await waitUntil(() => pods.size > 0);
    const before = new Set(pods);
    await cluster.deploy({
      name: "web",
      replicas: 2,
      conduct: { grace: "1000" },
      readinessProbe: true,
      image: "app:2",
    });
    await waitUntil(() => pods.difference(before).size > 0, 15_000, "a new pod");
    await elapse(2_000); // clients go on while the old pod ends
    isOver = true;
    await Promise.all(clients);
    assert.deepEqual([...statuses], [200]);
  });

  rule("a frozen API server costs awake apps no request, and a wake waits for it", async (cluster, bed) => {
    const { gateway } = cluster;
    await cluster.deploy({ name: "awake", replicas: 1 });
    await cluster.deploy({ name: "asleep", replicas: 0 });
    await cluster.untilStatus("awake", "ready");
    bed.freeze();
    const waiting = gateway.request({ host: "asleep.test" });
    const untilMs = performance.now() + FREEZE_MS;
    while (performance.now() < untilMs) {
      assert.equal((await gateway.request({ host: "awake.test" })).status, 200);
      assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
      await elapse(100);
    }
    bed.thaw();
    const { status } = await waiting;
    assert.equal(FREEZE_MS > 20_000 ? 200 : status, 200);
    await bed.api.patch(`${cluster.path("awake")}/scale`, { spec: { replicas: 0 } });
    await cluster.untilStatus("awake", "asleep");
    assert.equal((await gateway.request({ host: "asleep.test" })).status, 200);
  });

  rule("what changes while the API server is away, and etcd forgets, is seen afterwards", async (cluster, bed) => {
    const { gateway } = cluster;
    await cluster.deploy({ name: "awake", replicas: 1 });
    await cluster.deploy({ name: "asleep", replicas: 0 });
    await cluster.untilStatus("awake", "ready");
    // Its cache starts empty, so every earlier version is too old to be watched.
    await bed.api.patch(cluster.path("awake"), { metadata: { annotations: { note: "one more version" } } });
    await bed.compact();
    await bed.stopApiServer();
    await gateway.waitForLog(
      ({ event, engine, level }) => event === "engine" && engine === "kubernetes" && level !== "info",
    );
    assert.equal((await gateway.request({ host: "awake.test" })).status, 200);
    assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
    await bed.startApiServer();
    await bed.api.patch(`${cluster.path("awake")}/scale`, { spec: { replicas: 0 } });
    await bed.api.delete(cluster.path("asleep"));
    await cluster.untilStatus("awake", "asleep");
    await waitUntil(async () => (await cluster.status("asleep")) === undefined, 20_000, "the end of what was deleted");
  });
});

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { Instance, Observation } from "../../src/core/observation.ts";
import { createKubernetesEngine } from "../../src/engines/kubernetes/create-kubernetes-engine.ts";
import { readKubeconfig } from "../../src/engines/kubernetes/kubeconfig.ts";
import { EngineError, type Engine, type StopOrder, type WorkloadRef } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import type { KubeBed } from "../support/kube/bed.ts";
import { pathOf } from "../support/kube/kube-api.ts";
import { workload, type WorkloadSpec } from "../support/kube/manifests.ts";
import type { SharedBed } from "../support/kube/shared-bed.ts";
import { waitUntil } from "../support/wait-until.ts";

const STOP: StopOrder = { method: "stop", timeoutMs: undefined, signal: "" };

/** What the Kubernetes engine does beyond the contract, against a real API server and its controllers. */
export function kubernetesFacts(bedFor: SharedBed): void {
  const rule = (title: string, check: (cluster: Cluster, t: TestContext) => Promise<void>): void => {
    test(title, async (t) => {
      const bed = await bedFor(t);
      if (bed !== undefined) await check(await openCluster(t, bed), t);
    });
  };

  describe("Deployments and StatefulSets", () => {
    for (const kind of ["Deployment", "StatefulSet"] as const) {
      rule(`a ${kind} of 2 goes to 0 and back to 2, and a stop ends when no pod takes requests`, async (cluster) => {
        const ref = await cluster.create({ kind, name: "web", replicas: 2, conduct: { grace: "1000" } });
        await cluster.untilReady(ref, 2);
        const { instances } = await cluster.engine.stop(ref, STOP);
        assert.equal(instances, 2);
        assert.deepEqual(summary(await cluster.engine.observe(ref)), ["stopped", 0, 0]);
        await cluster.engine.start(ref, instances);
        const seen = await cluster.untilReady(ref, 2);
        assert.equal(seen.instances.filter(isServing).length, 2);
        assert.equal(seen.instances[0]?.node, "node-1");
      });
    }

    rule("what somebody has changed since it was observed is not stopped", async (cluster) => {
      const ref = await cluster.create({ name: "web", replicas: 1 });
      const { version } = await cluster.untilReady(ref, 1);
      await cluster.scale("web", 2);
      const isChanged = (error: unknown): boolean => error instanceof EngineError && error.code === "changed";
      await assert.rejects(cluster.engine.stop(ref, { ...STOP, onlyIf: version }), isChanged);
      const now = await cluster.untilReady(ref, 2);
      assert.notEqual(now.version, version);
    });

    rule("changes of its status alone, as in a rollout, keep nothing from being stopped", async (cluster) => {
      const ref = await cluster.create({ name: "web", replicas: 1 });
      const { version } = await cluster.untilReady(ref, 1);
      await cluster.patchStatus("web", { conditions: [{ type: "Progressing", status: "Unknown", reason: "Test" }] });
      assert.equal((await cluster.engine.stop(ref, { ...STOP, onlyIf: version })).instances, 1);
    });

    rule(
      "a wake goes to the former count, else to dag.replicas, else to the autoscaler's least, else to 1",
      async (cluster) => {
        const plain = await cluster.create({ name: "plain", replicas: 0 });
        const named = await cluster.create({ name: "named", replicas: 0, dag: { replicas: "3" } });
        const scaled = await cluster.create({ name: "scaled", replicas: 0 });
        await cluster.autoscale("scaled", 2);
        for (const [ref, former, wanted] of [
          [plain, undefined, 1],
          [named, undefined, 3],
          [scaled, undefined, 2],
          [named, 2, 2],
        ] as const) {
          await cluster.engine.stop(ref, STOP);
          await cluster.engine.start(ref, former);
          assert.equal((await cluster.engine.observe(ref)).wanted, wanted, ref.name);
        }
      },
    );

    for (const [fail, note, exit] of [
      ["crash", /^container app ended with exit code 3 and is restarted$/, { code: 3, oomKilled: false }],
      ["oom", /^container app ran out of memory and is restarted$/, { code: 137, oomKilled: true }],
      ["pull", /^the image app:1 cannot be pulled \(ImagePullBackOff\)/, undefined],
      ["unschedulable", /^no node has room: 0\/1 nodes are available: 1 Insufficient memory$/, undefined],
      ["probe", /^its readiness probe has not passed$/, undefined],
    ] as const) {
      rule(`what keeps a pod from being ready is said: ${fail}`, async (cluster) => {
        const ref = await cluster.create({ name: "web", replicas: 1, conduct: { fail }, readinessProbe: true });
        const seen = await waitUntil(async () => {
          const now = await cluster.engine.observe(ref);
          return note.test(now.note) ? now : undefined;
        });
        assert.equal(seen.status, exit === undefined ? "running" : "restarting");
        assert.equal(seen.exit?.code, exit?.code);
        assert.equal(seen.exit?.oomKilled, exit?.oomKilled);
        assert.equal(seen.instances.some(isServing), false);
      });
    }

    rule(
      "KEDA's ScaledObject is refused with the reason, and an autoscaler with minReplicas 0 is a warning",
      async (cluster) => {
        await cluster.installKeda();
        await cluster.scaledObject("scaled");
        const ref = await cluster.create({ name: "scaled", replicas: 1 });
        await cluster.autoscale("idle", 0);
        await cluster.create({ name: "idle", replicas: 1 });
        const items = await waitUntil(async () => {
          const now = await cluster.engine.list();
          return now.length === 2 ? now : undefined;
        });
        const of = (name: string) => items.find((item) => item.name.endsWith(`/${name}`));
        assert.match(of("scaled")?.refused ?? "", /^KEDA's ScaledObject "scaled" scales it already/);
        assert.match(of("idle")?.warning ?? "", /^HorizontalPodAutoscaler "idle" has minReplicas 0/);
        await assert.rejects(cluster.engine.stop(ref, STOP), /ScaledObject/);
      },
    );

    rule(
      "a client that scales up again after each stop is named at the second time, and the workload runs on",
      async (cluster) => {
        const ref = await cluster.create({ name: "web", replicas: 1 }, "argocd-controller");
        await cluster.engine.list();
        for (let round = 0; round < 2; round += 1) {
          await cluster.untilReady(ref, 1);
          await cluster.engine.stop(ref, STOP);
          await cluster.listed("web", "stopped");
          await cluster.create({ name: "web", replicas: 1 }, "argocd-controller");
          await cluster.listed("web", "running");
        }
        await assert.rejects(
          cluster.engine.stop(ref, STOP),
          /^EngineError: argocd-controller has scaled it up again twice/,
        );
        assert.equal((await cluster.engine.observe(ref)).wanted, 1);
      },
    );
  });
}

/** One namespace, and an engine that follows it. */
interface Cluster {
  readonly engine: Engine;
  create(spec: Omit<WorkloadSpec, "namespace">, manager?: string): Promise<WorkloadRef>;
  untilReady(ref: WorkloadRef, count: number): Promise<Observation>;
  listed(name: string, status: Observation["status"]): Promise<unknown>;
  scale(name: string, replicas: number): Promise<void>;
  patchStatus(name: string, status: object): Promise<void>;
  autoscale(name: string, minReplicas: number): Promise<void>;
  installKeda(): Promise<void>;
  scaledObject(name: string): Promise<void>;
}

async function openCluster(t: TestContext, bed: KubeBed): Promise<Cluster> {
  const { api } = bed;
  const namespace = await bed.namespace();
  const connect = () => readKubeconfig({ file: bed.adminKubeconfig, context: "" });
  const engine = createKubernetesEngine({ connect, namespaces: [namespace], named: () => [] });
  cleanup(t, () => engine.close());
  const pathTo = (name: string): string => pathOf(workload({ namespace, name }));
  return {
    engine,
    async create(spec, manager) {
      await api.apply(workload({ ...spec, namespace }), manager);
      return { name: `kubernetes:${namespace}/${spec.name}`, targetPort: 80, network: "" };
    },
    untilReady: (ref, count) =>
      waitUntil(
        async () => {
          const seen = await engine.observe(ref);
          return seen.instances.filter(isServing).length === count && seen.instances.length === count
            ? seen
            : undefined;
        },
        10_000,
        `${count} instances`,
      ),
    listed: (name, status) =>
      waitUntil(async () =>
        (await engine.list()).some((item) => item.name.endsWith(`/${name}`) && item.status === status),
      ),
    scale: async (name, replicas) => void (await api.patch(`${pathTo(name)}/scale`, { spec: { replicas } })),
    patchStatus: async (name, status) => void (await api.patch(`${pathTo(name)}/status`, { status })),
    async autoscale(name, minReplicas) {
      await api.apply({
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name, namespace },
        spec: {
          minReplicas,
          maxReplicas: 5,
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          metrics: [
            { type: "External", external: { metric: { name: "queue" }, target: { type: "Value", value: "1" } } },
          ],
        },
      });
    },
    installKeda: () => bed.installKind("keda.sh", "v1alpha1", "ScaledObject"),
    async scaledObject(name) {
      const metadata = { name, namespace };
      await api.apply({
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata,
        spec: { scaleTargetRef: { name } },
      });
    },
  };
}

function isServing({ ready, ending }: Instance): boolean {
  return ready && !ending;
}

function summary({ status, wanted, instances }: Observation): [Observation["status"], number, number] {
  return [status, wanted, instances.filter(isServing).length];
}

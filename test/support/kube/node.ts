import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import type { Certificates } from "./certificates.ts";
import type { KubeApi } from "./kube-api.ts";
import { type KubeletLogs, startKubeletLogs } from "./kubelet-logs.ts";
import { createPodServer, type PodServer, type PodStats } from "./pod-server.ts";
import { elapse } from "../real-time.ts";

/** A simulated node: it binds pods, gives them addresses that answer, and ends them. */
export interface FakeNode {
  /** Returns what each pod of a namespace has received, by name, including deleted pods. */
  stats(namespace: string): ReadonlyMap<string, PodStats>;
  stop(): Promise<void>;
}

/**
 * The special behaviour of a pod, from annotations `dag-test/NAME` of its template (milliseconds, or a word): `create`,
 * `ready`, `listen`: how long until it has an address, is ready, listens after that · `grace`: how long it takes to end
 * · `ip`: `6` for an IPv6 address · `fail`: `crash`, `oom`, `pull`, `unschedulable`, `probe` · `log`: its output.
 */
type Conduct = (name: string) => string | undefined;

const NODE = "node-1";
/** The node's address. */
const HOST = "127.0.0.1";
/** The address of pods with IPv6. */
const ADDRESS_6 = "::1";

/** Starts the node. Its pods have their own range of addresses, which is routed to this machine and requires root. */
export async function startNode(api: KubeApi, certificates: Certificates): Promise<FakeNode> {
  // Above the ranges of private Docker daemons, and so many that two beds at once hardly ever share one.
  const range = `10.${randomInt(192, 196)}.${randomInt(256)}`;
  execFileSync("ip", ["route", "replace", "local", `${range}.0/24`, "dev", "lo"]);
  const pods = new Map<string, { server?: PodServer; isEnding: boolean }>();
  const servers: { readonly namespace: string; readonly name: string; readonly server: PodServer }[] = [];
  const logs = await startKubeletLogs(certificates);
  await describeNode(api, logs);
  let last = 1;
  let isOver = false;

  /** Returns addresses in turn, so that a former address is not reused soon and a request to it is noticed. */
  const nextAddress = (): string => {
    last = (last % 253) + 1;
    return `${range}.${last + 1}`;
  };

  async function begin(pod: any): Promise<void> {
    const { namespace, name, annotations = {}, uid } = pod.metadata;
    const conduct: Conduct = (key) => annotations[`dag-test/${key}`];
    const status = (change: object): Promise<unknown> => patchStatus(api, pod, change);
    if (conduct("fail") === "unschedulable") return void (await status(unschedulable()));
    if (!pod.spec.nodeName) await bind(api, pod);
    logs.set(`${namespace}/${name}`, conduct("log") ?? "");
    await wait(conduct("create"));
    if (conduct("fail") === "pull") return void (await status(withContainers(pod, false, PULL)));
    const podIP = conduct("ip") === "6" ? ADDRESS_6 : nextAddress();
    await status({
      ...withContainers(pod, false, { waiting: { reason: "ContainerCreating" } }),
      podIP,
      hostIP: HOST,
      phase: "Pending",
    });
    await wait(conduct("ready"));
    const failure = FAILURES[conduct("fail") ?? ""];
    if (failure !== undefined)
      return void (await status({
        ...withContainers(pod, false, ...failure()),
        podIP,
        hostIP: HOST,
        phase: "Running",
      }));
    const startedAt = new Date().toISOString();
    const isReady = conduct("fail") !== "probe";
    const known = pods.get(uid);
    if (known === undefined || known.isEnding || isOver) return;
    const server = createPodServer({ name, host: podIP, ports: portsOf(pod) });
    known.server = server;
    servers.push({ namespace, name, server });
    const listens = wait(conduct("listen")).then(() => server.listen());
    if (conduct("listen") === undefined) await listens;
    await status({
      ...withContainers(pod, isReady, { running: { startedAt } }),
      podIP,
      hostIP: HOST,
      phase: "Running",
    });
  }

  async function end(pod: any): Promise<void> {
    const { namespace, name, annotations = {}, uid } = pod.metadata;
    const known = pods.get(uid);
    if (known !== undefined) {
      if (known.isEnding) return;
      known.isEnding = true;
      known.server?.noteEnding();
    }
    await wait(annotations["dag-test/grace"]);
    await known?.server?.close();
    await api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0, preconditions: { uid } });
  }

  const stopFollowing = api.follow("/api/v1/pods", (type, pod) => {
    const { uid, deletionTimestamp } = pod.metadata;
    if (type === "DELETED") {
      void pods.get(uid)?.server?.close();
    } else if (deletionTimestamp !== undefined) {
      end(pod).catch(ignored);
    } else if (!pods.has(uid)) {
      pods.set(uid, { isEnding: false });
      begin(pod).catch(ignored);
    }
  });

  return {
    stats: (namespace) =>
      new Map(servers.filter((one) => one.namespace === namespace).map(({ name, server }) => [name, server.stats()])),
    async stop() {
      isOver = true;
      stopFollowing();
      logs.close();
      await Promise.all(servers.map(({ server }) => server.close()));
      execFileSync("ip", ["route", "del", "local", `${range}.0/24`, "dev", "lo"]);
    },
  };
}

/** Ignores an error: the pod was deleted meanwhile, or the API server is being restarted. */
function ignored(): void {}

async function wait(ms: string | undefined): Promise<void> {
  if (ms !== undefined) await elapse(Number(ms), { ref: false }); // the end of a test file does not wait for it
}

async function describeNode(api: KubeApi, { port }: KubeletLogs): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
  await api.patch(`/api/v1/nodes/${NODE}/status`, {
    status: {
      addresses: [{ type: "InternalIP", address: HOST }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    },
  });
}

function bind(api: KubeApi, { metadata: { namespace, name } }: any): Promise<unknown> {
  return api.request("POST", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name },
    target: { apiVersion: "v1", kind: "Node", name: NODE },
  });
}

function patchStatus(api: KubeApi, { metadata: { namespace, name } }: any, status: object): Promise<unknown> {
  return api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status });
}

function portsOf(pod: any): number[] {
  const ports = pod.spec.containers
    .flatMap(({ ports: declared = [] }: any) => declared)
    .map((one: any) => one.containerPort);
  return ports.length === 0 ? [80] : ports;
}

function withContainers(pod: any, ready: boolean, state: object, rest: object = {}): object {
  const is = ready ? "True" : "False";
  return {
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type, index) => {
      return { type, status: index < 2 ? "True" : is, lastTransitionTime: new Date().toISOString() };
    }),
    containerStatuses: pod.spec.containers.map(({ name, image }: any) => {
      return { name, image, imageID: image, ready, restartCount: 0, state, ...rest };
    }),
  };
}

const PULL = { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "none:1"' } };

const terminated = (exitCode: number, reason: string): object => {
  const now = new Date().toISOString();
  return { terminated: { exitCode, reason, startedAt: now, finishedAt: now } };
};

/**
 * The states that a kubelet reports for failed containers; after a crash that is mostly `terminated`, not `waiting`.
 */
const FAILURES: Readonly<Record<string, () => [state: object, rest: object]>> = {
  crash: () => [terminated(3, "Error"), { restartCount: 3, lastState: terminated(3, "Error") }],
  oom: () => [
    { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
    { restartCount: 3, lastState: terminated(137, "OOMKilled") },
  ],
};

function unschedulable(): object {
  const message =
    "0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found.";
  return { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] };
}

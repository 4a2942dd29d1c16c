import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { KubeBed } from "../support/kube/bed.ts";
import { type ClusterGateway, startClusterGateway } from "../support/kube/cluster-gateway.ts";
import { startClusterTraefik } from "../support/kube/cluster-traefik.ts";
import type { KubeObject } from "../support/kube/kube-api.ts";
import { startServiceProxy } from "../support/kube/service-proxy.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { type Answer, navigation, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

const bedFor = shareBed();
/** `KUBE_ROUNDS=100` for the long run. */
const ROUNDS = Number(process.env["KUBE_ROUNDS"] ?? 4);
const HOST = "web.test";

describe(`behind Traefik, outside of the cluster, ${ROUNDS} rounds of sleep and wake show no error of Traefik`, () => {
  test("with the Service's address (nativeLB) a request is held", async (t) => {
    await rounds(t, { annotations: NATIVE_LB, tries: 1 });
  });

  test("the same with an IngressRoute, whose Service has the annotation as well", async (t) => {
    await rounds(t, { annotations: NATIVE_LB, route: { nativeLB: true }, tries: 1 });
  });

  test("with pod addresses (allowEmptyServices) a program gets a Retry-After until the app is awake", async (t) => {
    await rounds(t, { options: { allowEmptyServices: true }, tries: 2 });
  });
});

const NATIVE_LB = { "traefik.ingress.kubernetes.io/service.nativelb": "true" };

interface Way {
  /** How an IngressRoute names the Service; absent: there is an Ingress. */
  readonly route?: object;
  readonly options?: object;
  readonly annotations?: object;
  /** How often a program may have to retry. */
  readonly tries: number;
}

async function rounds(t: TestContext, { options = {}, annotations = {}, route, tries }: Way): Promise<void> {
  const bed = await bedFor(t);
  if (bed === undefined) return;
  const proxy = startServiceProxy(bed);
  t.after(() => proxy.stop());
  const cluster = await startClusterGateway(t, bed, { config: { gateway: { trusted_proxies: ["127.0.0.1"] } } });
  const { namespace, gateway } = cluster;
  const front = await startClusterTraefik(t, bed, namespace, options);
  if (front === undefined) return;
  await cluster.deploy({ name: "web", replicas: 1, dag: { host: HOST, idle_timeout: "1h" } });
  await publish(bed, namespace, gateway.port, annotations);
  await bed.api.apply(route === undefined ? ingress(namespace) : ingressRoute(namespace, route));
  await cluster.untilStatus("web", "ready");
  await waitUntil(async () => (await visit(front.port)).status === 200, 20_000, "Traefik's router");
  const faults: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await cluster.sleep("web");
    const [name, arrive] = VISITS[round % VISITS.length]!;
    await arrive({ port: front.port, tries, cluster }).catch((error: unknown) =>
      faults.push(`round ${round}, ${name}: ${String(error)}`),
    );
  }
  assert.deepEqual(faults, []);
}

interface Visitor {
  readonly port: number;
  readonly tries: number;
  readonly cluster: ClusterGateway;
}

const VISITS: readonly (readonly [string, (visitor: Visitor) => Promise<void>])[] = [
  ["a program", async (visitor) => void (await call(visitor))],
  ["eight programs", async (visitor) => void (await Promise.all(Array.from({ length: 8 }, () => call(visitor))))],
  ["an upload", upload],
  ["a browser", browse],
];

function visit(port: number, rest: object = {}) {
  return request({ port, host: HOST, ...rest });
}

/** Asks as often as it may; whatever is not the app's answer must be the gateway's, with a time to try again. */
async function call({ port, tries }: Visitor, rest: object = {}): Promise<Answer> {
  for (let left = tries; ; left -= 1) {
    const answer = await visit(port, rest);
    if (answer.status === 200 || left <= 1) {
      assert.equal(answer.status, 200, answer.text);
      return answer;
    }
    assertOurs(answer);
  }
}

function assertOurs({ status, headers, text }: Answer): void {
  assert.ok(headers["x-gateway-code"] !== undefined, `a ${status} that is not ours: ${text}`);
  assert.match(headers["retry-after"] ?? "", /^\d+$/u);
}

async function upload(visitor: Visitor): Promise<void> {
  const body = "x".repeat(100_000);
  const { text } = await call(visitor, { method: "POST", body });
  assert.equal(text, body);
}

/** As the loading page does: it polls until the app runs, and then opens it. */
async function browse({ port, cluster: { namespace } }: Visitor): Promise<void> {
  const page = await visit(port, { headers: navigation });
  assert.equal(page.status, 503);
  assertOurs(page);
  assert.match(page.headers["content-type"] ?? "", /text\/html/u);
  const name = encodeURIComponent(`kubernetes:${namespace}/web`);
  await waitUntil(async () => {
    const poll = await visit(port, { path: `/_health?container=${name}&wait=20s` });
    return poll.json().status === "running";
  }, 20_000);
  assert.equal((await visit(port, { headers: navigation })).status, 200);
}

/** The app's Service and the middleware as a custom resource. */
async function publish(bed: KubeBed, namespace: string, gatewayPort: number, annotations: object): Promise<void> {
  const metadata = { name: "web", namespace };
  await bed.api.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, annotations },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  });
  await bed.api.apply({
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { ...metadata, name: "wake" },
    spec: {
      forwardAuth: {
        address: `http://127.0.0.1:${gatewayPort}/_auth/traefik`,
        trustForwardHeader: false,
        maxResponseBodySize: 1_048_576,
      },
    },
  });
}

function ingress(namespace: string): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: "web",
      namespace,
      annotations: { "traefik.ingress.kubernetes.io/router.middlewares": `${namespace}-wake@kubernetescrd` },
    },
    spec: {
      rules: [
        {
          host: HOST,
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
          },
        },
      ],
    },
  };
}

function ingressRoute(namespace: string, service: object): KubeObject {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "web", namespace },
    spec: {
      routes: [
        {
          kind: "Rule",
          match: `Host(\`${HOST}\`)`,
          middlewares: [{ name: "wake" }],
          services: [{ name: "web", port: 80, ...service }],
        },
      ],
    },
  };
}

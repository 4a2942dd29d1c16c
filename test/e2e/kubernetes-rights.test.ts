import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { KubeBed } from "../support/kube/bed.ts";
import { type ClusterGateway, leastRules, startClusterGateway } from "../support/kube/cluster-gateway.ts";
import { workload } from "../support/kube/manifests.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { startGateway } from "../support/gateway.ts";
import { waitUntil } from "../support/wait-until.ts";

const bedFor = shareBed();

function rule(title: string, check: (bed: KubeBed, t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    const bed = await bedFor(t);
    if (bed !== undefined) await check(bed, t);
  });
}

/** What a wake ends with while its rule is missing; without the others it succeeds. */
const FAILURES: Readonly<Record<string, RegExp>> = {
  deployments: /cannot get resource .*deployments/,
  "deployments/scale": /cannot update resource .*deployments\/scale/,
  pods: /cannot list resource .*pods/,
};

describe("rights in Kubernetes", () => {
  rule("a right that is missing costs what needs it, is named, and the rest goes on", async (bed, t) => {
    const cluster = await startClusterGateway(t, bed);
    const { gateway } = cluster;
    await cluster.deploy({ name: "awake", replicas: 1 });
    await cluster.deploy({ name: "asleep", replicas: 0, dag: { start_timeout: "15s" } });
    await cluster.untilStatus("awake", "ready");
    for (const [index, { apiGroups, resources, verbs }] of leastRules.entries()) {
      const [resource = "", verb = ""] = [resources[0], verbs[0]];
      await setRules(bed, leastRules.toSpliced(index, 1), {
        group: apiGroups[0] ?? "",
        resource,
        verb,
        isAllowed: false,
      });
      const answer = await gateway.request({ host: "asleep.test" });
      const failure = FAILURES[resource];
      if (failure === undefined) assert.equal(answer.status, 200, `${resource}: ${answer.text}`);
      else assert.match(answer.text.replaceAll("\\", ""), failure);
      assert.equal((await gateway.request({ host: "awake.test" })).status, 200, resource);
      assert.equal((await gateway.request({ path: "/_ready" })).status, 200, resource);
      await setRules(bed, leastRules, { group: apiGroups[0] ?? "", resource, verb, isAllowed: true });
      await untilAnswered(cluster);
      await cluster.sleep("asleep");
    }
  });

  rule(
    "in a pod the gateway finds its cluster by itself, and uses a token that was replaced at once",
    async (bed, t) => {
      const directory = path.join(bed.directory, "pod");
      mkdirSync(directory, { recursive: true });
      writeFileSync(path.join(directory, "token"), "expired");
      writeFileSync(path.join(directory, "ca.crt"), bed.certificates.ca);
      writeFileSync(path.join(directory, "namespace"), "default");
      const account = "mount -t tmpfs tmpfs /run && mkdir -p /run/secrets/kubernetes.io && ln -s";
      const script = `${account} ${directory} /run/secrets/kubernetes.io/serviceaccount && exec "$@"`;
      const { hostname, port } = new URL(bed.url);
      const gateway = await startGateway(t, {
        prefix: ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"],
        env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
      });
      await gateway.waitForLog(({ msg }) => /does not accept the gateway's credentials/.test(String(msg)));
      writeFileSync(path.join(directory, "token"), await bed.tokenFor("gateway", leastRules));
      const namespace = await bed.namespace();
      await bed.api.apply(workload({ namespace, name: "web", replicas: 0, dag: { host: "pod.test" } }));
      await waitUntil(async () => (await gateway.request({ host: "pod.test" })).status === 200, 20_000);
    },
  );
});

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly isAllowed: boolean;
}

/** Changes the gateway's role; resolves when the API server acts by it. */
async function setRules(bed: KubeBed, rules: readonly object[], right: Right): Promise<void> {
  await bed.api.patch("/apis/rbac.authorization.k8s.io/v1/clusterroles/gateway", { rules });
  const [resource, subresource] = right.resource.split("/");
  const resourceAttributes = { group: right.group, resource, subresource, verb: right.verb };
  await waitUntil(async () => {
    const { body } = await bed.api.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: "system:serviceaccount:default:gateway", resourceAttributes },
    });
    return body.status.allowed === right.isAllowed;
  });
}

/** After a failure a wake is not tried at once. */
async function untilAnswered({ gateway }: ClusterGateway): Promise<void> {
  await waitUntil(async () => (await gateway.request({ host: "asleep.test" })).status === 200, 30_000);
}

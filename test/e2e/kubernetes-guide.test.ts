import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import type { KubeBed } from "../support/kube/bed.ts";
import { kubeDirectory } from "../support/kube/binaries.ts";
import { shareBed } from "../support/kube/shared-bed.ts";
import { startGateway } from "../support/gateway.ts";
import { readBlocks } from "../support/markdown-blocks.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");
const bedFor = shareBed();
const run = promisify(execFile);

describe("the guide to Kubernetes", () => {
  rule("its commands work, and what they make sleeps and wakes with the rights of the example", async (bed, t) => {
    const guide = readFileSync(path.join(root, "docs/kubernetes.md"), "utf8");
    const blocks = readBlocks(guide).filter(({ language }) => language === "sh");
    assert.ok(blocks.length >= 2);
    for (const { text } of blocks) await shell(bed, `set -e\n${text}`);

    const kubeconfig = await bed.kubeconfigOf("dag", "gateway");
    const gateway = await startGateway(t, { config: { kubernetes: { kubeconfig } } as object });
    for (const host of ["whoami.example.com", "notes.example.com"]) {
      const answer = await waitUntil(async () => {
        const now = await gateway.request({ host });
        return now.status === 200 ? now : undefined;
      });
      assert.match(String(answer.headers["x-pod"]), /^(whoami|notes)-/);
    }
    await gateway.request({ method: "POST", path: "/_status/stop?container=kubernetes:default/notes" });
    const replicas = async () =>
      (await bed.api.get("/apis/apps/v1/namespaces/default/deployments/notes")).spec.replicas;
    await waitUntil(async () => (await replicas()) === 0);
    assert.equal((await gateway.request({ host: "notes.example.com" })).status, 200);
    assert.equal(await replicas(), 1);
  });

  rule("both of its ways are manifests that the API server takes", async (bed) => {
    await bed.installKind("traefik.io", "v1alpha1", "Middleware");
    for (const way of ["proxy", "traefik"]) await shell(bed, `kubectl apply -k examples/kubernetes/${way}`);
    const { metadata, spec } = await bed.api.get("/apis/apps/v1/namespaces/dag/deployments/gateway");
    assert.equal(spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem, true);
    assert.ok(metadata.generation >= 2, "the second way adds its configuration");
    const service = await bed.api.get("/api/v1/namespaces/default/services/whoami");
    assert.equal(service.metadata.annotations["traefik.ingress.kubernetes.io/service.nativelb"], "true");
  });

  rule("dag check --kubernetes names each rule that is missing as YAML, and nothing when none is", async (bed) => {
    await shell(bed, "kubectl apply -k examples/kubernetes/proxy");
    const config = path.join(bed.directory, "config.yaml");
    writeFileSync(config, JSON.stringify({ kubernetes: { kubeconfig: await bed.kubeconfigOf("dag", "gateway") } }));
    const check = () => spawnDag(["check", "--kubernetes", config]);
    const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/dag-gateway";
    const { rules } = await bed.api.get(role);
    const whole = await check();
    assert.match(whole.stdout, /^ok {7}https:\/\/127\.0\.0\.1:\d+ grants all rights$/m);
    assert.equal(whole.code, 0, whole.stderr);
    for (const [index, { resources, verbs }] of rules.entries()) {
      await bed.api.patch(role, { rules: rules.toSpliced(index, 1) });
      const { stdout, code } = await check();
      assert.match(stdout, new RegExp(`^ {2}resources: \\${JSON.stringify(resources).replaceAll(",", ", ")}$`, "m"));
      assert.match(stdout, new RegExp(`^ {2}verbs: \\${JSON.stringify(verbs).replaceAll(",", ", ")}$`, "m"));
      assert.equal(code, /^missing/m.test(stdout) ? 1 : 0);
    }
    await bed.api.patch(role, { rules });
  });
});

function rule(title: string, check: (bed: KubeBed, t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    const bed = await bedFor(t);
    if (bed !== undefined) await check(bed, t);
  });
}

/** Runs commands as somebody in a clone of the repository would. */
async function shell(bed: KubeBed, script: string): Promise<void> {
  const env = {
    PATH: `${kubeDirectory()}:${process.env["PATH"]}`,
    HOME: bed.directory,
    KUBECONFIG: bed.adminKubeconfig,
  };
  await run("sh", ["-c", script], { cwd: root, env, timeout: 60_000 });
}

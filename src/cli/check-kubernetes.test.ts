import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { text } from "node:stream/consumers";
import { runCommand } from "../../test/support/cli.ts";
import { createCheck } from "./check.ts";

/** Starts a fake cluster with one labelled Deployment, which grants all permissions except `denied`. */
async function check(
  t: TestContext,
  args: readonly string[],
  { labels = {}, denied = [] }: { labels?: Record<string, string>; denied?: readonly string[] } = {},
) {
  const deployment = {
    metadata: {
      name: "web",
      namespace: "shop",
      uid: "u1",
      resourceVersion: "1",
      labels: { "dag.enabled": "true", "dag.host": "a.test", ...labels },
    },
    spec: {
      replicas: 1,
      selector: {},
      template: { spec: { containers: [{ name: "web", ports: [{ containerPort: 8080 }, { containerPort: 9090 }] }] } },
    },
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = request.url ?? "";
      if (request.method === "POST") {
        const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { resource: string } } };
        return response.end(
          JSON.stringify({ status: { allowed: !denied.includes(spec.resourceAttributes.resource) } }),
        );
      }
      if (url.includes("watch=1")) return response.flushHeaders();
      const items = url.startsWith("/apis/apps/v1/deployments") ? [deployment] : [];
      return response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items }));
    });
  });
  const folder = mkdtempSync(path.join(tmpdir(), "dag-check-"));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const kubeconfig = {
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
    users: [{ name: "u", user: { token: "t" } }],
  };
  writeFileSync(path.join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
  writeFileSync(path.join(folder, "nginx.conf"), NGINX);
  const file = path.join(folder, "config.yaml");
  const gateway = 'gateway: {trusted_proxies: ["10.0.0.0/8"]}';
  writeFileSync(file, `${gateway}\nkubernetes: {kubeconfig: ${path.join(folder, "kubeconfig")}}\n`);
  const command = createCheck({ inventory: () => assert.fail("nobody asked for Docker") });
  const given = args.map((arg) => (arg === "nginx.conf" ? path.join(folder, arg) : arg));
  return runCommand(command, given, { CONFIG_PATH: file, GATEWAY_URL: "http://127.0.0.1:1" });
}

const NGINX = `http {
  server {
    server_name a.test;
    location = /_wake_auth {
      internal; proxy_pass http://waker:9000/_auth/nginx; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
    location / { auth_request /_wake_auth; error_page 401 502 504 = @wake_page; proxy_pass http://\${target}; }
    location @wake_page {
      proxy_pass http://waker:9000; rewrite ^ /_auth/nginx/page? break;
      proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}`;
const FRONT = ["--front", "nginx", "--api", "nginx.conf"];

test("with --kubernetes a label that Kubernetes cannot follow is a fault", async (t) => {
  const { code, stderr } = await check(t, ["--kubernetes"], { labels: { "dag.pause_after": "5m" } });
  assert.match(stderr, /^container "kubernetes:shop\/web": label dag\.pause_after: .*Kubernetes/m);
  assert.equal(code, 2);
});

test("with --kubernetes the ports that a workload declares are known", async (t) => {
  const { code, stdout } = await check(t, ["--kubernetes"]);
  assert.match(
    stdout,
    /^a\.test +→ container kubernetes:shop\/web, port 80 \(its image exposes 8080, 9090: set target_port\)/m,
  );
  assert.equal(code, 0);
});

test("a right that is missing is a 1, also where the front lacks nothing", async (t) => {
  const sound = await check(t, ["--kubernetes", ...FRONT]);
  assert.doesNotMatch(sound.stdout, /^missing/m);
  assert.equal(sound.code, 0);
  const { code, stdout } = await check(t, ["--kubernetes", ...FRONT], { denied: ["pods"] });
  assert.match(stdout, /^missing +the right for the addresses of pods/m);
  assert.equal(code, 1);
});

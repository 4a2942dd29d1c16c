import assert from "node:assert/strict";
import { test } from "node:test";
import { importText } from "../../../test/support/import-files.ts";
import { configOf } from "../../../test/support/merge-fixtures.ts";

test("sablier: each host is routed to the port of its router's service, or of its site", async (t) => {
  const { stdout } = await importText(
    t,
    "sablier",
    `services:
  minio:
    container_name: minio
    labels:
      sablier.enable: true
      traefik.http.routers.s3.rule: Host(\`s3.test\`)
      traefik.http.routers.s3.service: api
      traefik.http.routers.console.rule: Host(\`console.test\`)
      traefik.http.services.api.loadbalancer.server.port: "9000"
      traefik.http.services.console.loadbalancer.server.port: "9001"
  nexus:
    container_name: nexus
    labels:
      sablier.enable: true
      caddy_0: nexus.test
      caddy_0.reverse_proxy: "{{upstreams 8081}}"
      caddy_1: registry.test
      caddy_1.reverse_proxy: "{{upstreams 5000}}"
`,
  );
  const hosts = configOf(stdout).containers.map(({ name, host, target_port: port }) => [name, host, port]);
  assert.deepEqual(hosts, [
    ["minio", ["s3.test", "console.test=9001"], 9000],
    ["nexus", ["nexus.test", "registry.test=5000"], 8081],
  ]);
});

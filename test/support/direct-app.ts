import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { TestDocker } from "./docker.ts";
import { frontSetups, untilRouted } from "./front-setups.ts";
import { startGateway } from "./gateway.ts";
import { freePort } from "./http.ts";

/** Starts a sleeping app with a published port, and Traefik with the gateway's document. */
export async function startDirectApp(t: TestContext, docker: TestDocker, keys: object) {
  const port = await freePort();
  const container = await docker.createContainer({ ports: { 80: port }, start: false });
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: {
      gateway: {
        trusted_proxies: ["127.0.0.0/8"],
        traefik: { entry_points: ["web"], when_awake: "direct" },
      },
      containers: [{ name: container.name, host: "app.test", stop_timeout: "1s", ...keys }],
    },
  });
  const traefik = await frontSetups.traefikDirect(t, { gateway });
  assert.ok(traefik !== undefined);
  await untilRouted(traefik, container.name, true);
  return { traefik, app: { container, host: "app.test" }, gateway };
}

/** Returns the number of auth requests. */
export async function questions(gateway: {
  request(spec: { path: string }): Promise<{ text: string }>;
}): Promise<number> {
  const { text } = await gateway.request({ path: "/_metrics" });
  const lines = text.match(/(?<=^gateway_auth_requests_total\{[^}]*\} )\d+/gmu) ?? [];
  return lines.reduce((sum, n) => sum + Number(n), 0);
}

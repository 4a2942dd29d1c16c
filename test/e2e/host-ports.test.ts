import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import type { TestDocker } from "../support/docker.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { frontSetups } from "../support/front-setups.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse, quietFor } from "../support/real-time.ts";

/** Other files share the daemon, so that each app has hosts of its own. */
const hostsOf = (name: string) => ({ s3: `s3.${name}.test`, console: `console.${name}.test` });

describe("one container with two hosts that route to two ports", { concurrency: true }, () => {
  onDocker("is one app: each host waits for its own port, and use of either keeps it awake", async (t, docker) => {
    const { gateway, name, container, startConsole } = await start(t, docker, { idle_timeout: "6s" });
    const hosts = hostsOf(name);
    const startedMs = Date.now();
    const post = gateway.request({ host: hosts.console, method: "POST", path: "/echo", body: "once" });
    const s3 = await gateway.request({ host: hosts.s3 });
    assert.match(s3.text, /Hello from s3/u);
    const page = await gateway.request({
      host: hosts.console,
      headers: { accept: "text/html", "user-agent": "Mozilla/5.0" },
    });
    assert.equal(page.status, 503, "its port takes no connections yet");
    await startConsole();
    assert.equal((await post).status, 200, (await post).text);
    const count = async (host: string) => (await gateway.request({ host, path: "/count" })).json();
    assert.deepEqual([(await count(hosts.console)).requests, (await count(hosts.s3)).requests], [2, 2]);
    assert.equal(await container.startsSince(startedMs - 1_000), 1);

    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { host: hosts.console } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    assert.equal((await count(hosts.console)).upgrades, 1);

    const { containers } = (await gateway.request({ path: "/_status/api" })).json();
    assert.deepEqual(containers[0].ports, [
      { port: 9000, hosts: [hosts.s3], ready: true },
      { port: 9001, hosts: [hosts.console], ready: true },
    ]);
    const dashboard = await gateway.request({ path: "/_status", headers: { accept: "text/html" } });
    assert.ok(dashboard.text.includes(`${hosts.console} → 9001`));
    const topology = await gateway.request({ path: "/_topology?format=json" });
    assert.deepEqual(topology.json().nodes[0].host_texts, [`${hosts.s3} → 9000`, `${hosts.console} → 9001`]);

    await quietFor(8_000, () => container.isRunning(), "the WebSocket to one port keeps it awake");
    socket.terminate();
    await untilAsleep(gateway, name, 15_000);
    assert.match((await gateway.request({ host: hosts.console })).text, /Hello from console/u);
  });

  onDocker("a front proxy gets each host's own address, or why there is none yet", async (t, docker) => {
    const { gateway, name, startConsole } = await start(t, docker, { start_timeout: "20s" });
    const hosts = hostsOf(name);
    const ask = (host: string, path = "/_auth/caddy") =>
      gateway.request({
        path,
        headers: { "x-forwarded-host": host, "x-forwarded-method": "GET", "x-forwarded-uri": "/" },
      });
    const s3 = await ask(hosts.s3);
    assert.match(String(s3.headers["x-gateway-upstream"]), /:9000$/u);
    await startConsole();
    for (const path of ["/_auth/caddy", `/_auth/caddy/container/${name}`]) {
      const console = await ask(hosts.console, path);
      assert.equal(console.status, 200, console.text);
      assert.match(String(console.headers["x-gateway-upstream"]), /:9001$/u);
    }
  });

  onDocker("Traefik gets a service for each port, and forwards to both by itself", async (t, docker) => {
    const [api, ui] = [await freePort(), await freePort()];
    const { gateway, name, startConsole } = await start(
      t,
      docker,
      { idle_timeout: "6s" },
      { ports: { 9000: api, 9001: ui } },
    );
    const hosts = hostsOf(name);
    const traefik = await frontSetups.traefikDirect(t, { gateway });
    if (traefik === undefined) return;
    const ask = (host: string) => request({ port: traefik.port, host });
    const document = async () => (await gateway.request({ path: "/_provider/traefik" })).json().http;
    await waitUntil(async () => (await ask(hosts.s3)).status === 200, 10_000, "the first answer");
    await startConsole();
    assert.match((await ask(hosts.console)).text, /Hello from console/u);
    assert.match((await ask(hosts.s3)).text, /Hello from s3/u);
    const isAsked = async (router: string): Promise<boolean> =>
      (await document()).routers[router].middlewares !== undefined;
    const routers = [`dag-app-${name}`, `dag-app-${name}=9001`];
    await waitUntil(async () => !(await Promise.all(routers.map(isAsked))).includes(true), 10_000, "both direct");
    const { services } = await document();
    assert.deepEqual(
      routers.map((router) => services[router].loadBalancer.servers),
      [[{ url: `http://127.0.0.1:${api}` }], [{ url: `http://127.0.0.1:${ui}` }]],
    );
    const untilMs = Date.now() + 9_000;
    while (Date.now() < untilMs) {
      assert.match((await ask(hosts.console)).text, /Hello from console/u);
      await elapse(500);
    }
    await untilAsleep(gateway, name, 20_000);
    assert.doesNotMatch(traefik.log(), /ERR/u);
    assert.match((await ask(hosts.console)).text, /Hello from console/u);
  });
});

async function start(
  t: TestContext,
  docker: TestDocker,
  keys: object,
  { ports = {} }: { readonly ports?: Readonly<Record<number, number>> } = {},
) {
  const container = await docker.createContainer({
    cmd: [
      "sh",
      "-c",
      // The second port is opened when a test says so, and in every later run.
      "NAME=s3 PORT=9000 node /app/app.mjs & until [ -e /go ]; do sleep 0.1; done; NAME=console PORT=9001 node /app/app.mjs & wait",
    ],
    stopSignal: "SIGKILL",
    ports,
    start: false,
  });
  const { name } = container;
  const hosts = hostsOf(name);
  const gateway: Gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: {
      gateway: { trusted_proxies: ["127.0.0.0/8"], traefik: { entry_points: ["web"], when_awake: "direct" } },
      containers: [{ name, host: [`${hosts.s3}=9000`, `${hosts.console}=9001`], ...keys }],
    },
  });
  return { container, name, gateway, startConsole: () => container.touch("/go") };
}

import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { describe, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { TestDocker } from "../support/docker.ts";
import { cleanup } from "../support/cleanup.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const IDLE_MS = 8_000;

describe("Traefik forwards to an app that is awake without asking", () => {
  onDocker("what it forwards keeps the app awake, and the stop comes on time after its end", async (t, docker) => {
    const { traefik, gateway, app } = await start(t, docker, { idle_timeout: `${IDLE_MS}ms` });
    const ask = () => request({ port: traefik.port, host: app.host, path: "/count" });
    assert.equal((await ask()).status, 200);
    await untilRouted(traefik, app.container.name, false);
    const asked = await questions(gateway);
    const socket = new WebSocket(`ws://127.0.0.1:${traefik.port}/ws?every=3000`, { headers: { host: app.host } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    for (let count = 0; count < 20; count += 1) assert.equal((await ask()).status, 200);
    assert.equal(await questions(gateway), asked, "nobody was asked");
    await sleep(2 * IDLE_MS);
    assert.equal(socket.readyState, WebSocket.OPEN, "the WebSocket was cut");
    socket.terminate();
    const endedMs = performance.now();
    await untilAsleep(gateway, app.container.name, IDLE_MS + 15_000);
    const tookMs = performance.now() - endedMs;
    // Its end is seen within 5 s, and the stop itself takes its time on a busy machine.
    assert.ok(tookMs > IDLE_MS - 3_500 && tookMs < IDLE_MS + 11_000, `stopped ${Math.round(tookMs)} ms after its end`);
    const woken = await ask();
    assert.equal(woken.status, 200, woken.text);
  });

  onDocker("a Traefik that stops fetching puts the stop off, and is named, until it goes on", async (t, docker) => {
    const { traefik, gateway, app } = await start(t, docker, {});
    const other = await frontSetups.traefikDirect(t, { gateway }, OWN_ADDRESS);
    if (other === undefined) return;
    const { name } = app.container;
    assert.equal((await request({ port: traefik.port, host: app.host })).status, 200);
    await Promise.all([untilRouted(traefik, name, false), untilRouted(other, name, false)]);
    process.kill(other.pid(), "SIGSTOP");
    try {
      await gateway.request({ method: "POST", path: `/_status/stop?container=${name}` });
      const why = async () => (await gateway.request({ path: `/_status/explain?container=${name}` })).text;
      await waitUntil(async () => (await why()).includes(OWN_ADDRESS), 10_000, "the explanation");
      await sleep(13_000);
      assert.ok(await app.container.isRunning(), "it was stopped under a Traefik that is frozen");
      assert.equal((await request({ port: traefik.port, host: app.host })).status, 200);
    } finally {
      process.kill(other.pid(), "SIGCONT");
    }
    await untilAsleep(gateway, name, 12_000);
  });
});

/** A published app that sleeps, and Traefik with the gateway's document. */
async function start(t: TestContext, docker: TestDocker, keys: object) {
  const port = await freePort();
  const container = await docker.createContainer({ ports: { 80: port }, start: false });
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: {
      gateway: {
        bind: "0.0.0.0",
        trusted_proxies: ["127.0.0.0/8", OWN_ADDRESS],
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

/** One of this machine's besides the loopback: who connects to it comes from it. */
const OWN_ADDRESS =
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";

/** How many auth requests there were. */
async function questions(gateway: { request(spec: { path: string }): Promise<{ text: string }> }): Promise<number> {
  const { text } = await gateway.request({ path: "/_metrics" });
  const lines = text.match(/(?<=^gateway_auth_requests_total\{[^}]*\} )\d+/gmu) ?? [];
  return lines.reduce((sum, n) => sum + Number(n), 0);
}

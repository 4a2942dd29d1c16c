import assert from "node:assert/strict";
import { describe } from "node:test";
import { startFrontApps, untilAsleep } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import { openRequest, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { quietFor } from "../support/real-time.ts";

/** Longer than the pauses of the trickle; as an issue wants it: each of them 20 s. */
const IDLE_MS = 26_000;
const TRICKLE_MS = 20_000;
const LATE_MS = 5_000;
/** A stop and a wait for Docker on a busy machine. */
const SLACK_MS = 12_000;

describe("what passes Traefik without auth requests tells use from chatter", () => {
  onDocker("100 bytes each 20 s keep an app awake, a health check and ARP do not", async (t, docker) => {
    const keys = { idle_timeout: `${IDLE_MS}ms` };
    const command = "wget -q -O /dev/null http://127.0.0.1/";
    const { apps, gateway } = await startFrontApps(t, docker, "published", [
      { name: "trickle", keys },
      { name: "chatter", keys, healthcheck: { command, intervalMs: 1_000 } },
    ]);
    const traefik = await frontSetups.traefikDirect(t, { gateway });
    const [trickle, chatter] = apps;
    assert.ok(traefik !== undefined && trickle !== undefined && chatter !== undefined);
    for (const { container } of apps) await untilRouted(traefik, container.name, true);
    const { port } = traefik;
    const path = `/lines?ms=${TRICKLE_MS}&bytes=100`;
    const message = await openRequest({ port, host: trickle.host, path });
    let bytes = 0;
    message.on("data", (chunk: Buffer) => (bytes += chunk.length)).on("error", () => undefined);
    const [openedMs, { status }] = [performance.now(), await request({ port, host: chatter.host })];
    assert.equal(status, 200);
    for (const { container } of apps) await untilRouted(traefik, container.name, false);
    const usedMs = performance.now();
    const { Networks } = (await chatter.container.inspect()).NetworkSettings;
    const network = Object.keys(Networks)[0] ?? "";
    const address = await chatter.container.address();
    const neighbor = await docker.createContainer({ network, cmd: ["busybox", "arping", "-I", "eth0", address] });

    await untilAsleep(gateway, chatter.container.name, IDLE_MS + LATE_MS + SLACK_MS);
    assert.ok(performance.now() - usedMs > IDLE_MS / 2, "it did not sleep at once");
    assert.match(await neighbor.logs(), /Unicast reply/u);
    const restMs = IDLE_MS + LATE_MS + SLACK_MS - (performance.now() - openedMs);
    await quietFor(restMs, () => trickle.container.isRunning(), "it runs under its trickle");
    assert.ok(bytes >= 200 && !message.destroyed, `${bytes} bytes came`);
    message.destroy();
  });
});

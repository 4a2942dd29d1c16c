import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { startDirectApp } from "../support/direct-app.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import { stateOf } from "../support/gateway.ts";
import { request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { waitUntil } from "../support/wait-until.ts";
import { quietFor } from "../support/real-time.ts";

describe("two Traefiks at one address forward to an app that is awake without asking", { concurrency: true }, () => {
  onDocker("a frozen one postpones a stop and is named, one that has ended does not", async (t, docker) => {
    const { traefik, gateway, app } = await startDirectApp(t, docker, {});
    const other = await frontSetups.traefikDirect(t, { gateway });
    if (other === undefined) return;
    const { name } = app.container;
    const ask = () => request({ port: traefik.port, host: app.host });
    const stop = () => gateway.request({ method: "POST", path: `/_status/stop?container=${name}` });
    assert.equal((await ask()).status, 200);
    await Promise.all([untilRouted(traefik, name, false), untilRouted(other, name, false)]);
    process.kill(other.pid(), "SIGSTOP");
    try {
      await stop();
      const why = async () => (await gateway.request({ path: `/_status/explain?container=${name}` })).text;
      await waitUntil(
        async () => (await why()).includes("Traefik at 127.0.0.1 (from port "),
        10_000,
        "the explanation",
      );
      await quietFor(13_000, () => app.container.isRunning(), "it runs under a Traefik that is frozen");
      assert.equal((await ask()).status, 200);
      const api = `http://127.0.0.1:${traefik.adminPort}`;
      const { stdout } = await spawnDag(["check", "--front", "traefik", "--api", api, gateway.configFile]);
      assert.match(stdout, /Its stop waits for Traefik at 127\.0\.0\.1 \(from port \d/u);
    } finally {
      process.kill(other.pid(), "SIGCONT");
    }
    await untilAsleep(gateway, name, 12_000);

    assert.equal((await ask()).status, 200);
    await Promise.all([untilRouted(traefik, name, false), untilRouted(other, name, false)]);
    await other.stop("SIGKILL");
    await stop();
    await untilAsleep(gateway, name, 25_000);
  });

  onDocker("a frozen one postpones a stop also after a restart of the gateway", async (t, docker) => {
    const { traefik, gateway: before, app } = await startDirectApp(t, docker, {});
    const other = await frontSetups.traefikDirect(t, { gateway: before });
    if (other === undefined) return;
    const { name } = app.container;
    const ask = () => request({ port: traefik.port, host: app.host });
    assert.equal((await ask()).status, 200);
    await Promise.all([untilRouted(traefik, name, false), untilRouted(other, name, false)]);
    await waitUntil(() => readFileSync(stateOf(before), "utf8").includes('"count":2'), 20_000, "two are remembered");
    process.kill(other.pid(), "SIGSTOP");
    let gateway = before;
    try {
      await before.stop("SIGKILL");
      gateway = await before.restart();
      await gateway.request({ method: "POST", path: `/_status/stop?container=${name}` });
      const why = async () => (await gateway.request({ path: `/_status/explain?container=${name}` })).text;
      await waitUntil(async () => (await why()).includes("Traefik at 127.0.0.1 (one of 2)"), 20_000, "the explanation");
      await quietFor(6_000, () => app.container.isRunning(), "it runs under a Traefik that is frozen");
      assert.equal((await ask()).status, 200);
    } finally {
      process.kill(other.pid(), "SIGCONT");
    }
    await untilAsleep(gateway, name, 25_000);
    assert.equal((await request({ port: other.port, host: app.host })).status, 200, "it is woken again");
  });
});

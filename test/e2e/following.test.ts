import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { startPrivateDocker, whyNoPrivateDocker } from "../../scripts/private-docker.ts";
import { cleanup } from "../support/cleanup.ts";
import { testDocker, uniqueName } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { skipOrFail } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";
import { quietFor } from "../support/real-time.ts";

describe("the gateway follows Docker", () => {
  onDocker(
    "discovers a labelled container at once, and forgets it when it was removed and has no successor",
    async (t, docker) => {
      const gateway = await startGateway(t, { dockerHost: docker.host });
      const host = `${uniqueName("label")}.test`;
      assert.equal((await gateway.request({ host })).status, 404);
      const app = await docker.createContainer({ start: false, labels: { "dag.enabled": "true", "dag.host": host } });
      await waitUntil(async () => (await gateway.request({ host })).status === 200, 3_000, "the labelled host");
      await app.remove();
      await waitUntil(async () => (await gateway.request({ host })).status === 404, 20_000, "the end of the host");
    },
  );

  onDocker("reaches a container that was recreated under the same name", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker, { app: { env: { NAME: "first" } } });
    assert.match((await gateway.request({ host })).text, /Hello from first/u);
    await app.remove();
    await waitUntil(async () => (await gateway.request({ host })).status === 502, 15_000, "the missing container");
    await docker.createContainer({ name: app.name, start: false, env: { NAME: "second" } });
    await waitUntil(
      async () => /Hello from second/u.test((await gateway.request({ host })).text),
      15_000,
      "the new one",
    );
  });

  onDocker("lets a person stop a container, and wakes it for the next request only", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await app.stop();
    await quietFor(1_000, async () => !(await app.isRunning()), "it stays stopped");
    assert.equal((await gateway.request({ host })).status, 200);
    assert.equal(await app.isRunning(), true);
  });

  onDocker("lets static containers win over labels", async (t, docker) => {
    const host = `${uniqueName("both")}.test`;
    const fixed = await docker.createContainer({ start: false, env: { NAME: "static" } });
    const labels = { "dag.enabled": "true", "dag.host": host };
    await docker.createContainer({ start: false, env: { NAME: "label" }, labels });
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: fixed.name, host }] },
    });
    assert.match((await gateway.request({ host })).text, /Hello from static/u);
    assert.ok(gateway.log.some((line) => JSON.stringify(line).includes(host) && isLoud(line)));
  });
});

describe("the gateway follows its configuration", () => {
  for (const how of ["on SIGHUP", "when the file changes"]) {
    onDocker(
      `takes a new file ${how}, and keeps the old one in force when the new one is faulty`,
      async (t, docker) => {
        const { gateway, host, app } = await startSleeping(t, docker);
        assert.equal((await gateway.request({ host })).status, 200);
        const old = JSON.parse(await readFile(gateway.configFile, "utf8"));
        const change = async (value: unknown): Promise<void> => {
          await writeFile(gateway.configFile, JSON.stringify(value, null, 2));
          if (how === "on SIGHUP") gateway.signal("SIGHUP");
        };
        const renamed = `${app.name}-renamed.test`;
        await change({ ...old, containers: [{ ...old.containers[0], host: renamed }] });
        await waitUntil(async () => (await gateway.request({ host: renamed })).status === 200, 5_000, "the new host");
        assert.equal((await gateway.request({ host })).status, 404);

        await change({ ...old, containers: [{ ...old.containers[0], hosst: "x", idle_timeout: "soon" }] });
        await gateway.waitForLog((line) => /hosst/u.test(JSON.stringify(line)) && isLoud(line));
        assert.equal((await gateway.request({ host: renamed })).status, 200);
      },
    );
  }
});

describe("the gateway outlives", () => {
  onDocker(
    "its own kill -9: a running container is reached at once, and its idle time continues",
    async (t, docker) => {
      const { gateway, host, app } = await startSleeping(t, docker, { container: { idle_timeout: "12s" } });
      assert.equal((await gateway.request({ host })).status, 200);
      await gateway.stop("SIGKILL");
      const restart = await gateway.restart();
      assert.equal(await app.isRunning(), true);
      assert.equal((await restart.request({ host })).status, 200);
      await waitUntil(async () => !(await app.isRunning()), 20_000, "the idle stop");
    },
  );

  void it("a restart of the Docker daemon: awake containers are served meanwhile, and /_ready reports it", async (t) => {
    const reason = whyNoPrivateDocker();
    if (reason !== undefined) return skipOrFail(t, reason);
    const daemon = await startPrivateDocker({ liveRestore: true });
    cleanup(t, () => daemon.stop());
    const docker = testDocker(t, daemon.host);
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);

    await daemon.halt();
    await waitUntil(async () => (await gateway.request({ path: "/_ready" })).status === 503, 10_000, "not ready");
    assert.equal((await gateway.request({ path: "/_live" })).status, 200);
    assert.equal((await gateway.request({ host })).status, 200, "an awake container is served without Docker");

    await daemon.resume();
    await waitUntil(async () => (await gateway.request({ path: "/_ready" })).status === 200, 15_000, "ready");
    await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
    await gateway.waitForLog(({ event }) => event === "stopped");
    await waitUntil(async () => (await gateway.request({ host })).status === 200, 15_000, "woken by the new daemon");
    return undefined;
  });

  void it("a restart of the Docker daemon that ends its containers: these count as nobody's stops", async (t) => {
    const reason = whyNoPrivateDocker();
    if (reason !== undefined) return skipOrFail(t, reason);
    const daemon = await startPrivateDocker();
    cleanup(t, () => daemon.stop());
    const container = { wake_after_stop: "started" };
    const { gateway, host } = await startSleeping(t, testDocker(t, daemon.host), { container });
    assert.equal((await gateway.request({ host })).status, 200);
    await daemon.halt();
    await daemon.resume();
    await waitUntil(async () => (await gateway.request({ path: "/_ready" })).status === 200, 15_000, "ready");
    assert.equal((await gateway.request({ host })).status, 200);
    return undefined;
  });
});

function isLoud({ level }: { readonly level?: unknown }): boolean {
  return level === "warn" || level === "error";
}

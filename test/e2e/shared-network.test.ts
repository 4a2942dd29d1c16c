import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, type TestContext } from "node:test";
import { WebSocket } from "ws";
import type { TestContainer } from "../support/docker-container.ts";
import { cleanup } from "../support/cleanup.ts";
import { uniqueName, type TestDocker } from "../support/docker.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { frontSetups } from "../support/front-setups.ts";
import { navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { quietFor } from "../support/real-time.ts";

interface Shared {
  readonly owner: TestContainer;
  readonly app: TestContainer;
  readonly gateway: Gateway;
  readonly host: string;
}

/** A labelled app in the network of a container without labels, as `docker run --network container:vpn` makes it. */
async function startShared(
  t: TestContext,
  docker: TestDocker,
  { start = true, labels = {} }: { readonly start?: boolean; readonly labels?: Record<string, string> } = {},
): Promise<Shared> {
  const owner = await docker.createContainer({ name: uniqueName("vpn"), image: "tiny", stopSignal: "SIGKILL", start });
  const name = uniqueName("app");
  const host = `${name}.test`;
  const app = await docker.createContainer({
    name,
    network: `container:${owner.name}`,
    start,
    labels: { "dag.enabled": "true", "dag.host": host, "dag.stop_timeout": "1s", ...labels },
  });
  const gateway = await startGateway(t, { dockerHost: docker.host });
  return { owner, app, gateway, host };
}

const ASLEEP = { start: false, labels: { "dag.idle_timeout": "2s" } };

const startedAt = async (container: TestContainer): Promise<string> => (await container.inspect()).State.StartedAt;

describe("an app in the network of another container", () => {
  onDocker("is woken after that one, which then sleeps with it", async (t, docker) => {
    const { owner, app, gateway, host } = await startShared(t, docker, ASLEEP);
    const answer = await gateway.request({ host });
    assert.equal(answer.status, 200, answer.text);
    await waitUntil(async () => !(await app.isRunning()), 12_000, "the app's stop");
    await waitUntil(async () => !(await owner.isRunning()), 12_000, "the stop of what nothing needs");
  });

  onDocker("is restarted by the next request when that one was restarted, once", async (t, docker) => {
    const { owner, app, gateway, host } = await startShared(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    const first = await startedAt(app);
    await docker.docker.getContainer(owner.id).restart({ t: 0 });
    await quietFor(1_500, async () => (await startedAt(app)) === first, "nobody asks for it, and it is not started");
    assert.equal((await gateway.request({ host })).status, 200);
    const second = await startedAt(app);
    assert.notEqual(second, first);
    assert.equal((await gateway.request({ host })).status, 200);
    assert.equal(await startedAt(app), second);
  });

  onDocker(
    "loses its open requests when that one is restarted: they are repeated, if allowed, or ended",
    async (t, docker) => {
      const { owner, app, gateway, host } = await startShared(t, docker);
      assert.equal((await gateway.request({ host })).status, 200); // a connection is kept from here on
      const first = await startedAt(app);
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { host } });
      const closed = new Promise((resolve) => socket.once("close", resolve).once("error", () => {}));
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      const began = Date.now();
      const read = gateway.request({ host, path: "/slow?ms=6000" });
      const written = gateway.request({ host, path: "/slow?ms=60000", method: "POST", body: "once" });
      const streamed = gateway.open({ host, path: "/lines?ms=600" });
      const cut = once((await streamed).resume(), "error");
      await waitUntil(
        async () => (await gateway.request({ host, path: "/count" })).json().open >= 3,
        5_000,
        "all of them",
      );
      await docker.docker.getContainer(owner.id).restart({ t: 0 });
      assert.equal((await written).status, 502, "it may have been done");
      assert.match(String((await cut)[0]), /aborted|ECONNRESET/u);
      await closed;
      assert.equal((await read).status, 200, "it was repeated");
      assert.notEqual(await startedAt(app), first);
      assert.ok(Date.now() - began < 50_000, `${Date.now() - began} ms`);
    },
  );

  onDocker("reports that it must be recreated when that one was", async (t, docker) => {
    const { owner, app, gateway, host } = await startShared(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await owner.remove();
    await docker.createContainer({ name: owner.name, image: "tiny" });
    const failure = async (from: Gateway): Promise<string> => {
      const failed = async () => (await from.request({ host })).status === 502;
      await waitUntil(failed, 10_000, "the failure");
      assert.equal((await from.request({ host })).json().reason, "network");
      return (await from.request({ host, headers: { ...navigation, "accept-language": "de" } })).text;
    };
    const page = await failure(gateway);
    assert.match(page, /neu anlegen/u);
    assert.ok(page.includes(owner.name) && page.includes(app.name), page);
    // One that was not there then knows no more than Docker, and an app that is down fails for the same reason.
    await gateway.stop();
    await app.stop(0);
    assert.ok((await failure(await gateway.restart())).includes(owner.id.slice(0, 12)));
  });

  onDocker("keeps that one up although it has no labels, as long as it runs", async (t, docker) => {
    const { owner, app, gateway, host } = await startShared(t, docker, ASLEEP);
    const stream = await gateway.open({ host, path: "/sse" }); // in use until the other is there
    const other = await docker.createContainer({ image: "tiny", network: `container:${owner.name}` });
    stream.destroy();
    await waitUntil(async () => !(await app.isRunning()), 12_000, "the app's stop");
    await quietFor(2_000, () => owner.isRunning(), "its owner runs");
    assert.match(
      (await gateway.request({ path: `/_status/explain?container=${owner.name}` })).text,
      new RegExp(other.name, "u"),
    );
    await other.stop(0);
    await waitUntil(async () => !(await owner.isRunning()), 12_000, "the stop of what nothing needs");
  });
});

describe("an app in the busy network of another container, behind a front", () => {
  onDocker(
    "sleeps when it is unused, whatever the front proxy keeps open, and not during a silent WebSocket",
    async (t, docker) => {
      const peer = await docker.createContainer();
      const noise = `setInterval(() => fetch("http://${await peer.address()}/big?bytes=50000").then((r) => r.text()), 200)`;
      const owner = await docker.createContainer({
        name: uniqueName("vpn"),
        cmd: ["node", "-e", noise],
        stopSignal: "SIGKILL",
      });
      const names = ["used", "unused"].map((role) => uniqueName(role));
      const ports = [8081, 8082];
      const apps = await Promise.all(
        names.map((name, index) =>
          docker.createContainer({ name, network: `container:${owner.name}`, env: { PORT: String(ports[index]) } }),
        ),
      );
      const gateway = await startGateway(t, {
        dockerHost: docker.host,
        config: {
          gateway: { trusted_proxies: ["127.0.0.0/8"] },
          containers: names.map((name, index) => ({
            name,
            host: `${name}.test`,
            target_port: ports[index],
            idle_timeout: "3s",
            stop_timeout: "1s",
          })),
        },
      });
      const front = await frontSetups.nginx(t, { gateway, apps: [] });
      const pooling = await frontSetups.caddy(t, { gateway, apps: [] }); // keeps its connections for two minutes
      if (front === undefined || pooling === undefined) return;
      const [used = "", unused = ""] = names;
      assert.equal((await request({ port: front.port, host: `${used}.test` })).status, 200);
      assert.equal((await request({ port: pooling.port, host: `${unused}.test` })).status, 200);
      const socket = new WebSocket(`ws://127.0.0.1:${front.port}/ws`, { headers: { host: `${used}.test` } });
      cleanup(t, () => socket.terminate());
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      await waitUntil(async () => !(await apps[1]?.isRunning()), 15_000, `the stop of ${unused}`);
      await quietFor(4_000, async () => (await apps[0]?.isRunning()) === true, "it runs, a silent WebSocket is open");
      const { text } = await gateway.request({ path: `/_status/explain?container=${used}` });
      assert.match(text, /Open connections keep it awake/u);
      socket.terminate();
      await waitUntil(async () => !(await apps[0]?.isRunning()), 15_000, `the stop of ${used}`);
    },
  );
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import { type Reach, startFrontApps, untilAsleep } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import { request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** How long the gateway is away. As an issue wants it: AWAY_MS=30000. */
const AWAY_MS = Number(process.env["AWAY_MS"] ?? 6_000);
/** Counters are read each 5 s: with a shorter idle time Traefik now and then has to ask again, though the app is in use. */
const DIRECT_IDLE_MS = 15_000;

const REACH: Readonly<Record<string, Reach>> = { traefikDirect: "published" };

describe("awake apps stay available when the gateway is killed", { concurrency: true }, () => {
  for (const front of ["nginxCached", "caddyFixed", "traefikDirect"] as const) {
    onDocker(`behind ${front}, and when it is back it stops what is idle, and nothing else`, async (t, docker) => {
      const idleMs = front === "traefikDirect" ? DIRECT_IDLE_MS : 4_000;
      const keys = { idle_timeout: `${idleMs}ms` };
      const specs = [
        { name: "used", keys },
        { name: "unused", keys: { idle_timeout: `${AWAY_MS + 6_000}ms` } },
      ];
      const setup = await startFrontApps(t, docker, REACH[front] ?? "address", specs);
      const running = await frontSetups[front](t, setup);
      const [used, unused] = setup.apps;
      if (running === undefined || used === undefined || unused === undefined) return;
      if (front === "traefikDirect") await untilRouted(running, unused.container.name, true);
      assert.equal((await request({ port: running.port, host: unused.host })).status, 200);
      const clients = startClients(t, running.port, used.host);
      await elapse(5_000);
      if (front === "traefikDirect") await untilRouted(running, used.container.name, false);
      await setup.gateway.stop("SIGKILL");
      await elapse(AWAY_MS);
      const again = await setup.gateway.restart();
      // Behind Traefik a stop waits 10 s first, for one that still has the document of the gateway before.
      await untilAsleep(again, unused.container.name, front === "traefikDirect" ? 20_000 : 9_000);
      assert.ok(await used.container.isRunning(), "it had traffic");
      assert.deepEqual(await clients.end(), []);
      await untilAsleep(again, used.container.name, idleMs + 20_000);
    });
  }

  onDocker("also when it is killed again right after each start, behind Traefik direct", async (t, docker) => {
    const setup = await startFrontApps(t, docker, "published", [{ name: "used", keys: { idle_timeout: "60s" } }]);
    const running = await frontSetups.traefikDirect(t, setup);
    const [used] = setup.apps;
    if (running === undefined || used === undefined) return;
    await untilRouted(running, used.container.name, true);
    assert.equal((await request({ port: running.port, host: used.host })).status, 200);
    let { gateway } = setup;
    const isDirect = async (): Promise<boolean> => {
      const path = `/api/http/routers/dag-app-${used.container.name}@http`;
      const { middlewares, service } = (await request({ port: running.adminPort, path })).json();
      return middlewares === undefined && service !== "dag-gateway";
    };
    await waitUntil(isDirect, 20_000, "Traefik to forward directly");
    let wasDirect = true;
    const clients = startClients(t, running.port, used.host);
    for (let kills = 0; kills < 2; kills += 1) {
      await gateway.stop("SIGKILL");
      await elapse(1_000);
      gateway = await gateway.restart();
      const isFetched = async (): Promise<boolean> => {
        wasDirect &&= await isDirect();
        const { containers } = (await gateway.request({ path: "/_status/api" })).json();
        const { traefik } = containers.find((one: { readonly name: string }) => one.name === used.container.name);
        return traefik?.asked === false;
      };
      await waitUntil(isFetched, 40_000, "Traefik's first fetch");
    }
    await gateway.stop("SIGKILL");
    await elapse(2_000); // Traefik applies what it has fetched
    assert.deepEqual(await clients.end(), []);
    assert.ok(wasDirect, "Traefik depended on the gateway for a time");
  });
});

interface Clients {
  /** What went wrong. */
  end(): Promise<string[]>;
}

/** Two that read, one that writes, one with a WebSocket that stays open. */
function startClients(t: TestContext, port: number, host: string): Clients {
  const over = new AbortController();
  cleanup(t, () => over.abort());
  const faults: string[] = [];
  let served = 0;
  async function ask(index: number, isPost: boolean): Promise<void> {
    for (let count = 0; !over.signal.aborted; count += 1) {
      const headers = { "x-request-id": `c${index}-${count}` };
      const body = { method: "POST", body: randomBytes(50_000) };
      const what = await request({ port, host, path: "/echo", headers, ...(isPost && body) }).then(
        ({ status, text }) => (status === 200 && JSON.parse(text).times === 1 ? undefined : `${status} ${text}`),
        String,
      );
      served += 1;
      if (what !== undefined) faults.push(`c${index}-${count}: ${what}`);
      await elapse(Math.random() * 200);
    }
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host } });
  cleanup(t, () => socket.terminate());
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", (error) => faults.push(`WebSocket: ${String(error)}`));
  socket.on("close", () => over.signal.aborted || faults.push("the WebSocket was cut"));
  const asking = [ask(0, false), ask(1, true), ask(2, false)];
  return {
    async end() {
      over.abort();
      await Promise.all(asking);
      if (served < 30) faults.push(`only ${served} requests were served`);
      socket.close();
      await closed;
      return faults;
    },
  };
}

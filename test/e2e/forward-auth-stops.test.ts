import assert from "node:assert/strict";
import { describe } from "node:test";
import { startFrontApps } from "../support/front-apps.ts";
import { sendOnce } from "../support/front-clients.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import type { Gateway } from "../support/gateway.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** A round is one stop and the wake after it. `npm run soak -- fronts` does a hundred. */
const STOP_ROUNDS = Number(process.env["STOP_ROUNDS"] ?? 4);
const CLIENTS = 4;

describe("an app that is stopped again and again under its clients", () => {
  for (const front of ["traefik", "caddy", "nginx", "nginxCached", "traefikDirect"] as const) {
    onDocker(`loses nothing and gets nothing twice behind ${front}`, async (t, docker) => {
      const reach = front === "traefikDirect" ? "published" : "address";
      const specs = [{ name: "app", env: { LOG_IDS: "1" } }];
      const setup = await startFrontApps(t, docker, reach, specs);
      const running = await frontSetups[front](t, setup);
      const [app] = setup.apps;
      if (running === undefined || app === undefined) return;
      if (front === "traefikDirect") await untilRouted(running, app.container.name, true);
      const over = new AbortController();
      const faults: string[] = [];
      const sent: string[] = [];
      const client = async (_: unknown, index: number): Promise<void> => {
        for (let count = 0; !over.signal.aborted; count += 1) {
          const id = `c${index}-${count}`;
          sent.push(id);
          const fault = await sendOnce(running.port, app.host, id, count % 2 === 0);
          if (fault !== undefined) faults.push(`${id}: ${fault}`);
          await elapse(Math.random() * 60);
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      try {
        for (let round = 0; round < STOP_ROUNDS; round += 1) {
          await stopAndWake(setup.gateway, app.container.name, async () => {
            if (front === "traefikDirect") await untilRouted(running, app.container.name, false);
          });
        }
      } finally {
        over.abort();
        await Promise.all(clients);
      }
      t.diagnostic(`${STOP_ROUNDS} stops, ${sent.length} requests`);
      assert.deepEqual(faults, []);
      assert.ok(sent.length > STOP_ROUNDS * CLIENTS, `${sent.length} requests were served`);
      const got = (await app.container.logs()).match(/(?<=got )c\d+-\d+/gu) ?? [];
      assert.deepEqual(got.toSorted(), sent.toSorted(), "each request arrived exactly once");
    });
  }
});

/** Its clients wake it as soon as it is down. */
async function stopAndWake(gateway: Gateway, name: string, isReady: () => Promise<void>): Promise<void> {
  const status = async (): Promise<{ state: string; wakes_total: number }> => {
    const { containers } = (await gateway.request({ path: "/_status/api" })).json();
    return containers.find((one: { readonly name: string }) => one.name === name);
  };
  await waitUntil(async () => (await status()).state === "ready", 40_000, "the app to be ready");
  await isReady();
  await elapse(200 + Math.random() * 200);
  const { wakes_total: before } = await status();
  const stopped = await gateway.request({ path: `/_status/stop?container=${name}`, method: "POST" });
  assert.equal(stopped.status, 202, `${stopped.text} ${JSON.stringify(gateway.log.slice(-6))}`);
  await waitUntil(async () => (await status()).wakes_total > before, 60_000, "the next wake");
}

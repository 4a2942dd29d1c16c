import assert from "node:assert/strict";
import { describe } from "node:test";
import { startFrontApps, type FrontApp, untilAsleep } from "../support/front-apps.ts";
import { frontSetups, untilRouted } from "../support/front-setups.ts";
import type { Gateway } from "../support/gateway.ts";
import { request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** How far apart the moments are at which something is sent. As an issue wants it: RECALL_STEP_MS=50. */
const STEP_MS = Number(process.env["RECALL_STEP_MS"] ?? 1_000);
const RECALL_MS = 6_000;
const APPS = 7;
const IDLE_MS = 10_000;

describe(
  "whatever is sent to an app that Traefik forwards to without asking is answered by the app",
  { concurrency: true },
  () => {
    onDocker("at every moment of an ordered stop", async (t, docker) => {
      const { gateway, apps, port, untilDirect } = await start(t, docker, [{ name: "app" }]);
      const [app] = apps;
      await untilDirect(app);
      const stopped = gateway.request({ method: "POST", path: `/_status/stop?container=${app.container.name}` });
      const sent: Promise<{ status: number; text: string }>[] = [];
      const isStopped = (): boolean => gateway.log.some(({ event }) => event === "stopped");
      const beganMs = performance.now();
      const isOver = (): boolean => isStopped() && performance.now() - beganMs > RECALL_MS + 2_000;
      for (; !isOver(); await elapse(50)) {
        const headers = { "x-request-id": `r${sent.length}` };
        sent.push(request({ port, host: app.host, path: "/echo", method: "POST", body: "x".repeat(5_000), headers }));
      }
      assert.equal((await stopped).status, 202);
      const answers = await Promise.all(sent);
      assert.deepEqual(
        answers.filter(({ status, text }) => status !== 200 || JSON.parse(text).times !== 1),
        [],
      );
      const { containers } = (await gateway.request({ path: "/_status/api" })).json();
      assert.equal(containers[0].wakes_total, 2, "it was stopped meanwhile, and woken again");
    });

    onDocker("at every moment of an idle stop", async (t, docker) => {
      const keys = { idle_timeout: `${IDLE_MS}ms` };
      const specs = Array.from({ length: APPS }, (_, index) => ({ name: `app${index}`, keys }));
      const { gateway, apps, port, untilDirect } = await start(t, docker, specs);
      const delays = Array.from({ length: RECALL_MS / STEP_MS + 1 }, (_, step) => step * STEP_MS);
      const faults = await Promise.all(
        apps.map(async (app, index) => {
          const found: string[] = [];
          for (const delayMs of delays.filter((_, at) => at % APPS === index)) {
            await untilDirect(app);
            await untilRecalled(gateway, app);
            await elapse(delayMs);
            const answer = await request({ port, host: app.host, path: "/count" });
            if (answer.status !== 200) found.push(`after ${delayMs} ms: ${answer.status} ${answer.text.slice(0, 200)}`);
          }
          return found;
        }),
      );
      assert.deepEqual(faults.flat(), []);
      for (const { container } of apps) await untilAsleep(gateway, container.name, IDLE_MS + 20_000);
    });
  },
);

async function start(
  ...[t, docker, specs]: [
    Parameters<typeof startFrontApps>[0],
    Parameters<typeof startFrontApps>[1],
    Parameters<typeof startFrontApps>[3],
  ]
) {
  const { apps, gateway } = await startFrontApps(t, docker, "published", specs);
  const traefik = await frontSetups.traefikDirect(t, { gateway });
  assert.ok(traefik !== undefined && isFilled(apps));
  for (const { container } of apps) await untilRouted(traefik, container.name, true);
  return {
    gateway,
    apps,
    port: traefik.port,
    /** It stays in use until then: 5 s later, which is soon on a busy machine, a recall would begin. */
    async untilDirect({ container, host }: FrontApp): Promise<void> {
      const routed = untilRouted(traefik, container.name, false).then(() => true);
      do assert.equal((await request({ port: traefik.port, host })).status, 200);
      while ((await Promise.race([routed, elapse(500).then(() => false)])) === false);
    },
  };
}

function isFilled<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

async function untilRecalled(gateway: Gateway, { container }: FrontApp): Promise<void> {
  const why = async (): Promise<string> => {
    const { containers } = (await gateway.request({ path: "/_status/api" })).json();
    return containers.find((one: { readonly name: string }) => one.name === container.name).traefik.asked_because;
  };
  await waitUntil(async () => (await why()) === "recalled", IDLE_MS + 15_000, "the recall");
}

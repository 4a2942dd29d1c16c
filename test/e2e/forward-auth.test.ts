import assert from "node:assert/strict";
import { describe } from "node:test";
import { startFrontApps, stopBeganMs, untilAsleep } from "../support/front-apps.ts";
import { frontSetups } from "../support/front-setups.ts";
import { navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** What a client of a front proxy gets while the gateway is down, by default; the guides document it. */
const WITHOUT_GATEWAY = { traefik: 500, caddy: 502, nginx: 500 } as const;
const FRONTS = Object.keys(WITHOUT_GATEWAY) as (keyof typeof WITHOUT_GATEWAY)[];

describe("every killed container returns by itself", () => {
  for (const front of FRONTS) {
    onDocker(`behind ${front}`, async (t, docker) => {
      const setup = await startFrontApps(t, docker, "address", [{ name: "app", keys: { idle_timeout: "1h" } }]);
      const running = await frontSetups[front](t, setup);
      const [app] = setup.apps;
      if (running === undefined || app === undefined) return;
      const ask = () => request({ port: running.port, host: app.host, path: "/count" });
      const first = await ask();
      assert.equal(first.status, 200, first.text);

      await running.stop("SIGKILL");
      await running.restart();
      assert.equal((await ask()).status, 200, "after the front's restart");

      await setup.gateway.stop("SIGKILL");
      assert.equal((await ask()).status, WITHOUT_GATEWAY[front]);
      assert.equal(await app.container.isRunning(), true, "the app has noticed nothing");
      await setup.gateway.restart();
      const after = await waitUntil(async () => {
        const answer = await ask();
        return answer.status === 200 && answer;
      });
      assert.equal(after.json().began, first.json().began, "it is the same run of the app");

      // Both at once, and the app asleep: a crash, because a stop by hand would be waited out.
      await request({ port: running.port, host: app.host, path: "/crash" });
      await waitUntil(async () => !(await app.container.isRunning()), 20_000, "the crash");
      await running.stop("SIGKILL");
      await running.restart();
      const page = await request({ port: running.port, host: app.host, headers: navigation });
      assert.equal(page.status, 503);
      await waitUntil(async () => (await ask()).status === 200);
    });
  }
});

describe("an app that is reached through a front and through the proxy", () => {
  onDocker("is woken once, has one idle clock and one state", async (t, docker) => {
    const setup = await startFrontApps(t, docker, "address", [
      { name: "app", delayMs: 300, keys: { idle_timeout: "6s" } },
    ]);
    const { gateway } = setup;
    const running = await frontSetups.caddy(t, setup);
    const [app] = setup.apps;
    if (running === undefined || app === undefined) return;
    const throughFront = () => request({ port: running.port, host: app.host, path: "/count" });
    const directly = () => gateway.request({ host: app.host, path: "/count" });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => (index % 2 ? directly() : throughFront())),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    );
    assert.equal(new Set(answers.map((answer) => answer.json().began)).size, 1, "one run");

    for (let turn = 0; turn < 3; turn += 1) {
      await elapse(4_000); // two turns are longer than the idle timeout
      const answer = await (turn % 2 === 0 ? directly() : throughFront());
      assert.equal(answer.status, 200);
      assert.equal(answer.json().began, answers[0]?.json().began, "each of them keeps it awake for the other");
    }
    const stream = await gateway.request({ host: app.host, path: "/sse?ms=500&n=16" });
    assert.equal(stream.status, 200);
    assert.equal((await throughFront()).json().began, answers[0]?.json().began, "the proxy's stream kept it awake");
    const fromMs = Date.now();
    await untilAsleep(gateway, app.container.name, 25_000);
    const tookMs = (await stopBeganMs(gateway, app.container.name)) - fromMs;
    assert.ok(tookMs > 5_000 && tookMs < 11_000, `it was stopped after ${tookMs} ms`);
  });
});

describe("Caddy's on-demand certificates", () => {
  onDocker("are only for hosts of the gateway, and /_ask wakes nothing", async (t, docker) => {
    const setup = await startFrontApps(t, docker, "address", [{ name: "app" }]);
    const [app] = setup.apps;
    const ask = (domain: string) => setup.gateway.request({ path: `/_ask?domain=${domain}` });
    assert.equal((await ask(app?.host ?? "")).status, 200);
    assert.equal((await ask("stranger.test")).status, 404);
    assert.equal(await app?.container.isRunning(), false);
  });
});

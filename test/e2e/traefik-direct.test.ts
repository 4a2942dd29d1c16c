import assert from "node:assert/strict";
import { describe } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import { questions, startDirectApp } from "../support/direct-app.ts";
import { stopBeganMs, untilAsleep } from "../support/front-apps.ts";
import { untilRouted } from "../support/front-setups.ts";
import { navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse } from "../support/real-time.ts";

/** Counters are read each 5 s: below 10 s Traefik would be recalled though the app is in use. */
const IDLE_MS = 12_000;

describe("Traefik forwards to an app that is awake without asking", () => {
  onDocker("what it forwards keeps the app awake, and the stop is on time after its end", async (t, docker) => {
    const { traefik, gateway, app } = await startDirectApp(t, docker, { idle_timeout: `${IDLE_MS}ms` });
    const ask = () => request({ port: traefik.port, host: app.host, path: "/count" });
    assert.equal((await ask()).status, 200);
    await untilRouted(traefik, app.container.name, false);
    const asked = await questions(gateway);
    const socket = new WebSocket(`ws://127.0.0.1:${traefik.port}/ws?every=3000`, { headers: { host: app.host } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    for (let count = 0; count < 20; count += 1) assert.equal((await ask()).status, 200);
    assert.equal(await questions(gateway), asked, "nobody was asked");
    await elapse(1.5 * IDLE_MS);
    assert.equal(socket.readyState, WebSocket.OPEN, "the WebSocket was cut");
    socket.terminate();
    const endedMs = Date.now();
    await untilAsleep(gateway, app.container.name, IDLE_MS + 20_000);
    const tookMs = (await stopBeganMs(gateway, app.container.name)) - endedMs;
    // Its last use is read up to 5 s before its end or after it, and Traefik is recalled before the stop.
    assert.ok(tookMs > IDLE_MS - 6_000 && tookMs < IDLE_MS + 11_000, `stopped ${Math.round(tookMs)} ms after its end`);
    const woken = await ask();
    assert.equal(woken.status, 200, woken.text);
  });

  onDocker(
    "an app that crashes is a 502 until Traefik's next poll at most, then a page or a wait",
    async (t, docker) => {
      const { traefik, app } = await startDirectApp(t, docker, {});
      const ask = (headers = {}) => request({ port: traefik.port, host: app.host, path: "/count", headers });
      assert.equal((await ask()).status, 200);
      await untilRouted(traefik, app.container.name, false);
      await docker.docker.getContainer(app.container.id).kill();
      const beganMs = performance.now();
      const page = await waitUntil(async () => {
        const answer = await ask(navigation);
        if (answer.status !== 502) return answer;
        assert.equal(answer.headers["x-gateway-code"], undefined, "it is Traefik's own");
        return false;
      }, 10_000);
      const tookMs = performance.now() - beganMs;
      assert.equal(page.headers["x-gateway-code"], "waking", page.text);
      // It polls every second and takes 0.3 s to apply a document; the rest is a busy machine's.
      assert.ok(tookMs < 15_000, `the page came ${Math.round(tookMs)} ms after the crash`);
      const answer = await ask();
      assert.equal(answer.status, 200, answer.text);
    },
  );
});

import assert from "node:assert/strict";
import { describe } from "node:test";
import { inChromium } from "../support/browser.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { navigation } from "../support/http.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { openUpdateStand } from "../support/update-stand.ts";
import { waitUntil } from "../support/wait-until.ts";

inChromium("a page that is opened in the middle of an update says so, and ends at the new app", async (t, open) => {
  const docker = dockerOrSkip(t);
  const stand = docker && (await openUpdateStand(t, docker));
  if (stand === undefined) return;
  const { gateway, host, name, type, runArguments, up } = stand;
  await up("run");
  await type(`docker stop ${name}`);
  const page = await open();
  await page.goto(`http://${host}:${gateway.port}/deep`);
  await page.getByText("Stopped a moment ago").waitFor({ timeout: 5_000 });
  await type(`docker rm ${name}`);
  await type(`docker run -d ${runArguments(1)}`);
  await page.getByRole("heading", { name: "Hello from app" }).waitFor({ timeout: 10_000 });
  assert.match(page.url(), /\/deep$/u);
});

onDocker(
  "a restart of the gateway in the middle of an update does not start what somebody stopped",
  async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await app.stop();
    await gateway.waitForLog(({ event }) => event === "ended");
    await gateway.stop();
    const next = await gateway.restart();
    assert.equal((await next.request({ host, headers: navigation })).status, 503);
    const { phase } = (await next.request({ path: "/_status/api" })).json().containers[0];
    assert.equal(phase, "updating");
    assert.equal(await app.isRunning(), false);
    await app.start();
    await waitUntil(async () => (await next.request({ host })).status === 200);
  },
);

describe("a stop that is not an update", () => {
  onDocker("is started for a request 10 s after a stop by hand", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await app.stop();
    const stoppedMs = performance.now();
    const held = await gateway.request({ host, method: "POST", path: "/echo", body: "kept" });
    assert.deepEqual([held.status, held.json().bytes], [200, 4]);
    const heldMs = performance.now() - stoppedMs;
    assert.ok(heldMs > 8_000 && heldMs < 25_000, `${Math.round(heldMs)} ms`);
  });

  const atOnce: readonly [what: string, env: Record<string, string>, end: "crash" | "stop"][] = [
    ["a crash", { EXIT_AFTER_MS: "1500" }, "crash"],
    ["a stop by the gateway", {}, "stop"],
  ];
  for (const [what, env, end] of atOnce) {
    onDocker(`is started at once after ${what}`, async (t, docker) => {
      const { gateway, host, app } = await startSleeping(t, docker, { app: { env } });
      assert.equal((await gateway.request({ host })).status, 200);
      if (end === "stop") await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
      await gateway.waitForLog(({ event }) => event === (end === "stop" ? "stopped" : "ended"));
      const { headMs, status } = await gateway.request({ host });
      assert.equal(status, 200);
      assert.ok(headMs < 9_000, `${Math.round(headMs)} ms`);
    });
  }
});

import assert from "node:assert/strict";
import { describe } from "node:test";
import { inChromium } from "../support/browser.ts";
import { dockerOrSkip } from "../support/docker.ts";
import type { TestContainer } from "../support/docker-container.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { openUpdateStand } from "../support/update-stand.ts";

inChromium("a page that is opened in the middle of an update says so, and ends at the new app", async (t, open) => {
  const docker = dockerOrSkip(t);
  const stand = docker && (await openUpdateStand(t, docker));
  if (stand === undefined) return;
  const { gateway, host, name, type, runArguments, up } = stand;
  const page = await open();
  await up("run");
  const stopped = type(`docker stop ${name}`);
  await gateway.waitForLog(({ event }) => event === "ended");
  await page.goto(`http://${host}:${gateway.port}/deep`);
  await page.getByText("Stopped a moment ago").waitFor();
  await stopped;
  await type(`docker rm ${name}`);
  await type(`docker run -d ${runArguments(1)}`);
  await page.getByRole("heading", { name: "Hello from app" }).waitFor();
  assert.match(page.url(), /\/deep$/u);
});

/** How long the gateway leaves a container alone that somebody stopped, less what clocks may differ. */
const LEFT_ALONE_MS = 9_900;

onDocker(
  "a restart of the gateway in the middle of an update does not start what somebody stopped",
  async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await app.stop();
    await gateway.waitForLog(({ event }) => event === "ended");
    await gateway.stop();
    const next = await gateway.restart();
    assert.equal((await next.request({ host })).status, 200);
    const stoppedMs = await stoppedFor(app);
    assert.ok(stoppedMs > LEFT_ALONE_MS, `${stoppedMs} ms`);
  },
);

describe("a stop that is not an update", { concurrency: true }, () => {
  onDocker("is started for a request 10 s after a stop by hand", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker);
    assert.equal((await gateway.request({ host })).status, 200);
    await app.stop();
    const held = await gateway.request({ host, method: "POST", path: "/echo", body: "kept" });
    assert.deepEqual([held.status, held.json().bytes], [200, 4]);
    const stoppedMs = await stoppedFor(app);
    assert.ok(stoppedMs > LEFT_ALONE_MS && stoppedMs < 25_000, `${stoppedMs} ms`);
  });

  for (const end of ["a crash", "a stop by the gateway"] as const) {
    onDocker(`is started at once after ${end}`, async (t, docker) => {
      const { gateway, host, app } = await startSleeping(t, docker);
      assert.equal((await gateway.request({ host })).status, 200);
      if (end === "a crash") await gateway.request({ host, path: "/crash" });
      else await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
      await gateway.waitForLog(({ event }) => event === (end === "a crash" ? "ended" : "stopped"));
      assert.equal((await gateway.request({ host })).status, 200);
      const stoppedMs = await stoppedFor(app);
      assert.ok(stoppedMs < LEFT_ALONE_MS, `${stoppedMs} ms`);
    });
  }
});

/** Returns the time from its last end to its last start, according to the engine, which no slow machine lengthens. */
async function stoppedFor(app: TestContainer): Promise<number> {
  const { StartedAt, FinishedAt } = (await app.inspect()).State;
  return Date.parse(StartedAt) - Date.parse(FinishedAt);
}

import assert from "node:assert/strict";
import { describe } from "node:test";
import { startGateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const healthy = "wget -q -O- http://127.0.0.1/health";

describe("a container with a health check", () => {
  onDocker("whose first run is far away is ready when it listens, as is what it depends on", async (t, docker) => {
    const healthcheck = { command: healthy, intervalMs: 30_000 };
    const db = await docker.createContainer({ start: false, healthcheck, env: { DELAY_MS: "500" } });
    const { gateway, app, host } = await startSleeping(t, docker, {
      app: { healthcheck: { command: healthy, intervalMs: 300_000 }, env: { DELAY_MS: "500" } },
    });
    const other = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: app.name, host: "other.test", depends_on: [db.name] }, { name: db.name }] },
    });
    const answers = await Promise.all([gateway.request({ host }), other.request({ host: "other.test" })]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const slowest = Math.max(...answers.map(({ headMs }) => headMs));
    assert.ok(slowest < 30_000, `the first answer took ${slowest} ms`);
    const { Health } = (await db.inspect()).State;
    assert.deepEqual([Health?.Status, Health?.Log.length], ["starting", 0], "Docker had not looked by then");
  });

  onDocker("that was checked in an earlier run does not count as checked in this one", async (t, docker) => {
    const { gateway, app, host } = await startSleeping(t, docker, {
      app: { start: true, healthcheck: { command: healthy, intervalMs: 15_000 } },
    });
    await waitUntil(async () => (await app.inspect()).State.Health?.Log.length === 1, 20_000, "the first check");
    // A stop of somebody else's would have its truce.
    await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
    await gateway.waitForLog(({ event }) => event === "stopped");
    const answer = await gateway.request({ host });
    assert.equal(answer.status, 200);
    assert.equal((await app.inspect()).State.Health?.Log.length, 1, "the old entry, and none of this run");
  });

  onDocker("with frequent checks is as healthy as Docker reports, and a failure names the check", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker, {
      app: {
        start: true,
        healthcheck: { command: "echo 'no \u001b[31mdatabase\u001b[0m'; false", intervalMs: 1_000, retries: 2 },
      },
      container: { start_timeout: "3s" },
    });
    await waitUntil(async () => (await app.inspect()).State.Health?.Status === "unhealthy", 20_000, "Docker's word");
    const answer = await gateway.request({ host });
    assert.equal(answer.status, 502);
    const { reason, detail } = answer.json();
    assert.equal(reason, "unhealthy");
    assert.match(detail, /health check.*no database/u);
  });
});

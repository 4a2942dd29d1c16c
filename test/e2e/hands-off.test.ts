import assert from "node:assert/strict";
import { describe } from "node:test";
import { inChromium } from "../support/browser.ts";
import { dockerOrSkip, uniqueName, type TestDocker } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { navigation } from "../support/http.ts";
import { onDocker, type Sleeping, startSleeping } from "../support/sleeping.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { waitUntil } from "../support/wait-until.ts";
import { quietFor } from "../support/real-time.ts";

describe("a container that a stop would destroy is not stopped", () => {
  onDocker("a container that was started with --rm survives its idle_timeout, with one warning", async (t, docker) => {
    const app = { autoRemove: true };
    const sleeping = await startSleeping(t, docker, { app, container: { idle_timeout: "1s" } });
    await visit(sleeping);
    await quietFor(4_000, () => sleeping.app.isRunning(), "it runs");
    await visit(sleeping);
    await quietFor(2_500, () => sleeping.app.isRunning(), "it runs");
    const warnings = sleeping.gateway.log.filter(({ msg }) => /--rm/u.test(String(msg)));
    assert.deepEqual(
      warnings.map(({ level }) => level),
      ["warn"],
    );
    assert.match(await explanation(sleeping), /started with --rm/u);
    // What the page's button opens is no script's doing.
    const page = await sleeping.gateway.request({ path: "/_status", headers: navigation });
    assert.match(page.text, /<details[^>]*>\s*<summary[^>]*>Stop<.*with --rm.*\/_status\/stop[^>]*>Stop and delete</su);
    assert.equal(page.text.split("/_status/stop").length, 2, "and there is no other way");
  });

  onDocker("a container that was started with --rm is stopped by dag sleep only with --delete", async (t, docker) => {
    const { app, gateway } = await startSleeping(t, docker, { app: { autoRemove: true } });
    await app.start();
    const dag = (...args: string[]) => spawnDag(args, { env: { CONFIG_PATH: gateway.configFile } });
    const refused = await dag("sleep", app.name);
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^dag sleep: "app-\w+" was started with --rm.*--delete/u);
    assert.equal(await app.isRunning(), true);
    assert.equal((await dag("sleep", app.name, "--delete")).code, 0);
    await waitUntil(
      () =>
        app.inspect().then(
          () => false,
          () => true,
        ),
      10_000,
      "the end of the container",
    );
  });

  inChromium(
    "a container that was started with --rm is deleted from the dashboard by a second click",
    async (t, open) => {
      const docker = dockerOrSkip(t);
      if (docker === undefined) return;
      const { app, gateway } = await startSleeping(t, docker, { app: { autoRemove: true } });
      await app.start();
      for (const javaScriptEnabled of [true, false]) {
        const page = await open({ javaScriptEnabled });
        await page.goto(`http://127.0.0.1:${gateway.port}/_status`);
        await page.getByText("Stop", { exact: true }).click();
        await page
          .getByText(/was started with --rm/u)
          .first()
          .waitFor();
        assert.equal(await app.isRunning(), true);
        if (!javaScriptEnabled) await page.getByRole("button", { name: "Stop and delete" }).click();
      }
      await waitUntil(
        () =>
          app.inspect().then(
            () => false,
            () => true,
          ),
        10_000,
        "the end of the container",
      );
    },
  );

  onDocker("a container that was started with --rm may be paused", async (t, docker) => {
    const container = { idle_timeout: "1s", stop_method: "pause" };
    const sleeping = await startSleeping(t, docker, { app: { autoRemove: true }, container });
    await visit(sleeping);
    await waitUntil(async () => (await sleeping.app.inspect()).State.Paused, 8_000, "the pause");
    await visit(sleeping);
  });

  onDocker("a job of docker exec runs to its end, and the stop follows soon after", async (t, docker) => {
    const healthcheck = { command: "sleep 0.2", intervalMs: 300 };
    const sleeping = await startSleeping(t, docker, { app: { healthcheck }, container: { idle_timeout: "2s" } });
    const { app, gateway, host } = sleeping;
    // Open until the job runs, however long that takes.
    const stream = await gateway.open({ host, path: "/sse" });
    const job = await docker.docker.getContainer(app.id).exec({ Cmd: ["sh", "-c", "sleep 8; exit 7"] });
    (await job.start({ Detach: true })).destroy();
    stream.destroy();
    await waitUntil(async () => /docker exec/u.test(await explanation(sleeping)), 8_000, "the explanation");
    const ended = await waitUntil(
      async () => {
        const { Running, ExitCode } = await job.inspect();
        return !Running && { ExitCode };
      },
      15_000,
      "the job",
    );
    assert.equal(ended.ExitCode, 7, "it was killed");
    await waitUntil(async () => !(await app.isRunning()), 9_500, "the stop after the job");
    const { text } = await gateway.request({ path: "/_metrics" });
    assert.match(text, new RegExp(`gateway_stop_vetoes_total\\{container="${app.name}",reason="exec"\\} 1`, "u"));
  });

  onDocker("a task of Docker Swarm is left alone, with one warning for its service", async (t, docker) => {
    const service = uniqueName("shop");
    const [one] = await Promise.all([1, 2].map((slot) => createTask(docker, service, slot)));
    const gateway = await startGateway(t, { dockerHost: docker.host });
    const answer = await gateway.request({ host: `${service}.test` });
    assert.equal(answer.status, 404);
    await quietFor(2_500, async () => (await one?.isRunning()) === true, "it runs, idle as it is");
    assert.equal(gateway.log.filter(({ msg }) => String(msg).includes(`"${service}"`)).length, 1);
  });
});

function createTask(docker: TestDocker, service: string, slot: number) {
  return docker.createContainer({
    name: `${service}.${slot}.${uniqueName("task")}`,
    image: "tiny",
    labels: {
      "dag.enabled": "true",
      "dag.host": `${service}.test`,
      "dag.idle_timeout": "1s",
      "com.docker.swarm.task.id": `task${slot}`,
      "com.docker.swarm.service.name": service,
    },
  });
}

async function visit({ gateway, host }: Sleeping): Promise<void> {
  assert.equal((await gateway.request({ host })).status, 200);
}

async function explanation({ gateway, app }: Sleeping): Promise<string> {
  return (await gateway.request({ path: `/_status/explain?container=${app.name}` })).text;
}

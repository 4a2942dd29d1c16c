import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { cleanup } from "../support/cleanup.ts";
import { uniqueName, type TestDocker } from "../support/docker.ts";
import { gatewayImage } from "../support/gateway-image.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { createImageFixture, socketGroup } from "../support/image-fixture.ts";
import { mustRun, run } from "../support/run.ts";
import { waitUntil } from "../support/wait-until.ts";

const fixture = createImageFixture();
const megabyte = 1_000_000;

describe("the image", () => {
  onImage(
    "holds Node, its libraries and the gateway: no shell, and no program but these two",
    async (t, { docker, host }) => {
      const { Config, Size } = await docker.getImage(gatewayImage).inspect();
      assert.equal(Config.User, "65532:65532");
      assert.deepEqual(Config.Entrypoint, ["dag"]);
      assert.equal((Config as { StopSignal?: string }).StopSignal, "SIGTERM");
      assert.deepEqual(Config.Healthcheck?.Test, ["CMD", "dag", "health"]);
      for (const label of ["title", "description", "licenses", "version", "revision", "base.name"])
        assert.ok(Config.Labels[`org.opencontainers.image.${label}`], label);
      t.diagnostic(`${Math.round(Size / megabyte)} MB`);
      assert.ok(Size < 190 * megabyte, `${Size} bytes`);

      const files = await listFiles(host);
      const programs = files.filter((file) => /^(usr\/)?(local\/)?s?bin\/./.test(file) && !file.endsWith("/"));
      assert.deepEqual(programs.toSorted(), ["usr/local/bin/dag", "usr/local/bin/node"]);
      const tests = files.filter((file) => /^app\/dist\/.*\.(test\.js|ts|map)$/.test(file));
      assert.deepEqual(tests, []);
    },
  );

  onImage("wakes a container with nothing but the socket's group", async (t, docker) => {
    const app = await docker.createContainer({
      start: false,
      labels: { "dag.enabled": "true", "dag.host": "app.test" },
    });
    const { port, name, startedMs } = await startImage(t, docker, ["--group-add", String(socketGroup)]);
    t.diagnostic(`docker run → /_live: ${Math.round(startedMs)} ms, the container's own start included`);
    const page = await request({ port, host: "app.test", path: "/deep", headers: navigation });
    assert.equal(page.status, 503);
    const answer = await request({ port, host: "app.test", method: "POST", path: "/echo", body: "kept" });
    assert.equal(answer.json().bytes, 4);
    assert.ok(await app.isRunning());

    await docker.docker.getContainer(name).stop();
    const { Running, ExitCode } = (await docker.docker.getContainer(name).inspect()).State;
    assert.deepEqual({ Running, ExitCode }, { Running: false, ExitCode: 0 });
    assert.ok(await app.isRunning(), "what was awake stays awake");
  });

  onImage("without that group says what is missing, and stays alive", async (t, docker) => {
    const { port, name } = await startImage(t, docker, []);
    await waitUntil(async () => (await request({ port, path: "/_ready" })).status === 503, 10_000, "503 on /_ready");
    const said = await mustRun("docker", ["--host", docker.host, "logs", name]);
    assert.match(said, /docker\.sock/);
    assert.match(said, /group/i);
  });

  onImage("finds itself healthy, and unhealthy when it no longer answers", async (t, docker) => {
    const often = ["--health-interval", "500ms", "--health-retries", "1"];
    const { name } = await startImage(t, docker, ["--group-add", String(socketGroup), ...often]);
    await waitUntil(async () => (await health(docker, name)) === "healthy", 20_000, "healthy");
    const ask = (...more: string[]) => run("docker", ["--host", docker.host, "exec", ...more, name, "dag", "health"]);
    assert.equal((await ask()).code, 0);
    assert.equal((await ask("--env", "GATEWAY_URL=http://127.0.0.1:1")).code, 1);
  });

  onImage("keeps its state in a volume, for any user", async (t, docker) => {
    const volume = uniqueName("state");
    cleanup(t, () => docker.docker.getVolume(volume).remove());
    for (const user of ["65532:65532", "0:0", "1000:1000"]) {
      const script = `require("fs").writeFileSync("/data/${user}", "")`;
      const locked = ["--rm", "--read-only", "--cap-drop", "ALL", "--user", user, "-v", `${volume}:/data`];
      const what = ["--entrypoint", "node", gatewayImage, "-e", script];
      await mustRun("docker", ["--host", docker.host, "run", ...locked, ...what]);
    }
  });
});

function onImage(title: string, body: (t: TestContext, docker: TestDocker) => Promise<void>): void {
  void it(title, async (t) => {
    const docker = await fixture.enter(t);
    if (docker !== undefined) await body(t, docker);
  });
}

/** Runs the image as documented, and resolves when it answers. */
async function startImage(
  t: TestContext,
  docker: TestDocker,
  more: readonly string[],
): Promise<{ port: number; name: string; startedMs: number }> {
  const port = await freePort();
  const name = uniqueName("gateway");
  const locked = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
  const socket = ["-v", `${docker.host.slice("unix://".length)}:/var/run/docker.sock`];
  const args = [
    "run",
    "-d",
    "--name",
    name,
    "-p",
    `127.0.0.1:${port}:8080`,
    ...locked,
    ...socket,
    ...more,
    gatewayImage,
  ];
  const began = performance.now();
  await mustRun("docker", ["--host", docker.host, ...args]);
  cleanup(t, () => mustRun("docker", ["--host", docker.host, "rm", "-fv", name]));
  await waitUntil(async () => (await request({ port, path: "/_live" })).status === 200, 30_000, "/_live");
  return { port, name, startedMs: performance.now() - began };
}

async function health({ docker }: TestDocker, name: string): Promise<string | undefined> {
  return (await docker.getContainer(name).inspect()).State.Health?.Status;
}

async function listFiles(host: string): Promise<string[]> {
  const id = await mustRun("docker", ["--host", host, "create", gatewayImage]);
  try {
    return (await mustRun("sh", ["-c", `docker --host "$1" export "$2" | tar -t`, "list", host, id])).split("\n");
  } finally {
    await mustRun("docker", ["--host", host, "rm", "-v", id]);
  }
}

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import { describe, it, test, type TestContext } from "node:test";

import { composeOrSkip, dockerConfigWithCompose, type Compose } from "../support/compose.ts";
import type { TestDocker } from "../support/docker.ts";
import { ensureImage } from "../support/docker-images.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { createImageFixture } from "../support/image-fixture.ts";
import { mustRun } from "../support/run.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");
const fixture = createImageFixture();

describe("docker compose up", () => {
  it("gives a stranger a gateway and two apps, which wake, answer and fall asleep", async (t) => {
    const stack = await openStack(t, "docker-compose.yml");
    if (stack === undefined) return;
    const { compose, docker, port } = stack;
    await compose("up", "--detach", "--no-build");
    await waitUntil(async () => (await request({ port, path: "/_ready" })).status === 200, 60_000, "/_ready");
    await compose("stop", "--timeout", "1", "hello", "slow");

    const page = await request({ port, host: "slow.localhost", headers: navigation });
    assert.equal(page.status, 503);
    assert.match(page.text, /Slow coffee/);
    const [hello, slow] = await Promise.all(
      ["hello", "slow"].map((name) => request({ port, host: `${name}.localhost`, method: "POST", body: "kept" })),
    );
    assert.equal(hello?.text, "hello got what you sent: kept\n");
    assert.equal(slow?.text, "slow got what you sent: kept\n");

    // Half a minute later both are asleep: stopped by the gateway, with the exit code of a program that got a SIGTERM.
    await waitUntil(async () => (await states(docker)).join() === "exited,exited,running", 60_000, "all asleep");
    const log = await compose("logs", "--no-log-prefix", "gateway");
    assert.match(log, /"idle"/);
    assert.doesNotMatch(log, /"level":"error"/);
  });

  it("works as well behind a socket proxy that lets the named calls through and nothing else", async (t) => {
    const stack = await openStack(t, "examples/socket-proxy/compose.yml");
    if (stack === undefined) return;
    const { compose, docker, port } = stack;
    await makeSocketProxyImage(docker);
    await compose("up", "--detach", "--no-build");
    await waitUntil(async () => (await request({ port, path: "/_ready" })).status === 200, 60_000, "/_ready");
    // A stop by somebody else would be waited out, which the test above does.
    const [hello = ""] = (await compose("ps", "--quiet", "hello")).split("\n");
    const { Name } = await docker.docker.getContainer(hello).inspect();
    await compose("exec", "gateway", "dag", "sleep", Name.slice(1));

    const page = await request({ port, host: "hello.localhost", headers: navigation });
    assert.equal(page.status, 503);
    const answer = await request({ port, host: "hello.localhost" });
    assert.match(answer.text, /^hello is awake/);
    await waitUntil(async () => (await states(docker)).includes("exited"), 60_000, "hello asleep");

    const calls = (await compose("logs", "--no-log-prefix", "socket-proxy")).split("\n");
    assert.deepEqual(
      calls.filter((call) => !call.startsWith("allowed ")),
      [],
    );
    assert.ok(calls.some((call) => /^allowed POST .*\/start$/.test(call)));
    const refused = `fetch("http://socket-proxy:2375/containers/create", { method: "POST" }).then((r) => console.log(r.status))`;
    assert.equal(await compose("exec", "gateway", "node", "-e", refused), "403");
  });
});

test("every Compose file here is understood by Compose", async (t) => {
  const config = dockerConfigWithCompose(t);
  if (config === undefined) return;
  const env = { ...process.env, DOCKER_CONFIG: config };
  const files = globSync(["docker-compose.yml", "examples/**/compose.{yml,yaml}"], { cwd: root });
  assert.ok(files.length > 6);
  for (const file of files)
    await mustRun("docker", ["compose", "-f", path.join(root, file), "config", "--quiet"], { env });
});

interface Stack {
  readonly compose: Compose;
  readonly docker: TestDocker;
  readonly port: number;
}

async function openStack(t: TestContext, file: string): Promise<Stack | undefined> {
  const docker = await fixture.enter(t);
  if (docker === undefined) return undefined;
  const port = await freePort();
  const compose = composeOrSkip(t, { host: docker.host, file: path.join(root, file), env: { PORT: String(port) } });
  return compose === undefined ? undefined : { compose, docker, port };
}

/** What the containers do, sorted. */
async function states({ docker }: TestDocker): Promise<string[]> {
  return (await docker.listContainers({ all: true })).map(({ State }) => State).toSorted();
}

/** No registry is reached: the same name, and a small program that takes the same flags. */
async function makeSocketProxyImage({ docker, host }: TestDocker): Promise<void> {
  const base = await ensureImage(docker, "app");
  const script = path.join(root, "test/support/images/socket-proxy.mjs");
  const file = `FROM ${base}\nCOPY socket-proxy.mjs /\nENTRYPOINT ["node", "/socket-proxy.mjs"]\nCMD []\n`;
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: "0", FILE: file, TAG: "wollomatic/socket-proxy:1" };
  const command = `printf '%s' "$FILE" | docker build -q -t "$TAG" -f - "${path.dirname(script)}"`;
  await mustRun("sh", ["-c", command], { env });
}

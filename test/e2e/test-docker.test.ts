import assert from "node:assert/strict";
import { test } from "node:test";

import WebSocket from "ws";

import { dockerOrSkip } from "../support/docker.ts";
import { request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";

// The other tests stand on these: a machine on which they fail shows that here, and not as a fault of the gateway.

test("a container's own address is reachable from the host", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const app = await docker.createContainer({ env: { NAME: "direct", PORT: "8081" } });
  const answer = await answerOf(await app.address(), 8081);
  assert.match(answer.text, /Hello from direct/);
  assert.ok((await app.logs()).includes("<script>alert(1)</script> \u001b[31mred"));
});

test("a published port is reachable on 127.0.0.1", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const app = await docker.createContainer({ ports: { 80: 0 } });
  const answer = await answerOf("127.0.0.1", await app.publishedPort(80));
  assert.equal(answer.status, 200);
});

test("containers of a user-defined network reach each other by name", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const network = await docker.createNetwork();
  const app = await docker.createContainer({ network });
  await answerOf(await app.address(network), 80);
  const cmd = ["wget", "-q", "-O", "-", `http://${app.name}/status/200`];
  const client = await docker.createContainer({ image: "tiny", network, cmd });
  await waitUntil(async () => !(await client.isRunning()), 10_000, "the end of wget");
  assert.equal(await client.logs(), '{"status":200}');
});

test("a health check runs inside the container", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const healthcheck = { command: "wget -q -O /dev/null http://127.0.0.1/health" };
  const app = await docker.createContainer({ healthcheck });
  await waitUntil(async () => (await app.inspect()).State.Health?.Status === "healthy", 10_000, "healthy");
});

test("the test app speaks WebSocket and counts what it got", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const app = await docker.createContainer();
  const address = await app.address();
  await answerOf(address, 80);
  const socket = new WebSocket(`ws://${address}/ws`);
  const reply = await new Promise((resolve, reject) => {
    socket.on("open", () => socket.send("ping"));
    socket.on("message", (data: Buffer) => resolve(data.toString()));
    socket.on("error", reject);
  });
  socket.terminate();
  assert.equal(reply, "ping");
  const count = (await request({ address, port: 80, path: "/count" })).json();
  assert.equal(count.upgrades, 1);
});

function answerOf(address: string, port: number): ReturnType<typeof request> {
  return waitUntil(() => request({ address, port }), 10_000, `an answer of ${address}:${port}`);
}

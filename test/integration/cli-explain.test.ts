import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";

const secret = { ADMIN_AUTH_METHOD: "basic", ADMIN_AUTH_USERNAME: "me", ADMIN_AUTH_PASSWORD: "p:w" };

test("dag explain prints the running gateway's containers, with the same configuration and credentials", async (t) => {
  const port = await freePort();
  const script = `require("http").createServer((q, r) => r.end("hello")).listen(${port}, "127.0.0.1")`;
  const gateway = await startGateway(t, {
    env: secret,
    config: {
      gateway: { admin_hosts: ["admin.test"] },
      containers: [
        {
          name: "app",
          host: "app.test",
          idle_timeout: "1h",
          process: { command: [process.execPath, "-e", script], port },
        },
        { name: "other", process: { command: ["true"], port: 1 } },
      ],
      groups: [{ name: "both", host: "both.test", containers: ["app", "other"] }],
    },
  });
  const explain = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawnDag(["explain", ...words], { env: { ...envOf(gateway), ...secret, ...env } });

  const asleep = await explain(["app"]);
  assert.deepEqual([asleep.code, asleep.stderr], [0, ""]);
  assert.match(asleep.stdout, /^app: asleep since .*\n\nWhat would wake it:\n {2}A request for app\.test/);

  assert.equal((await gateway.request({ host: "app.test" })).text, "hello");
  const awake = await explain(["http://APP.test/path"]);
  assert.match(awake.stdout, /^app: ready since /);
  assert.match(awake.stdout, /^Why it is awake:\n {2}It was woken at .*\(request\)\.$/m);
  assert.match(awake.stdout, /^When it will stop:\n {2}At .* \(idle\)\.$/m);
  assert.match(awake.stdout, /starting → ready/);

  const both = (await explain(["both", "--json"])).stdout.trimEnd().split("\n");
  assert.deepEqual(
    both.map((line) => JSON.parse(line).name),
    ["app", "other"],
  );

  const unknown = await explain(["ap"]);
  assert.equal(unknown.code, 1);
  assert.equal(unknown.stderr, 'dag explain: no container, group or host is called "ap"; did you mean "app"?\n');

  const wrong = await explain(["app"], { ADMIN_AUTH_PASSWORD: "guess" });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /rejected the credentials in this configuration \(gateway\.admin_auth\)$/m);
  assert.ok(!wrong.stderr.includes("guess"));
});

test("dag explain without a gateway exits with 1 and names the address", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { code, stderr } = await spawnDag(["explain", "app"], { env: { GATEWAY_URL: url } });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `dag explain: no gateway answers at ${url} (ECONNREFUSED): start the gateway, or set GATEWAY_URL to its address\n`,
  );
});

test("dag explain exits with 1 at another server, follows no redirect and sends no credentials elsewhere", async (t) => {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url}`);
    res.writeHead(302, { location: "/elsewhere" }).end("<html>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await spawnDag(["explain", "app"], { env: { ...secret, GATEWAY_URL: url } });
  assert.equal(code, 1);
  assert.equal(stderr, `dag explain: ${url} answered 302, not as the gateway's admin API: check GATEWAY_URL\n`);
  assert.deepEqual(asked, ["GET /_status/api"]);
});

test("dag explain with a faulty GATEWAY_URL is a 2", async () => {
  const { code, stderr } = await spawnDag(["explain", "app"], { env: { GATEWAY_URL: "gateway:8080" } });
  assert.deepEqual([code, stderr], [2, "dag explain: GATEWAY_URL must be an http:// or https:// address\n"]);
});

function envOf(gateway: Gateway): Record<string, string> {
  return { CONFIG_PATH: gateway.configFile };
}

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { freePort, request } from "../support/http.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { cleanup } from "../support/cleanup.ts";

/** Loaded into the gateway's process: tells each request that node:http has read there. */
const WITNESS = `
  require("node:diagnostics_channel").subscribe("http.server.request.start", ({ request }) => {
    process.stderr.write(JSON.stringify({ readByNode: request.method + " " + request.url }) + "\\n");
  });`;

const APP = `
  require("node:http").createServer((req, res) => res.end(req.url)).listen(Number(process.argv[1]), "127.0.0.1");`;

const readByNode = ({ log }: Gateway): unknown[] =>
  log.flatMap(({ readByNode: what }) => (what === undefined ? [] : [what]));

test("what is simple goes to a ready app, or is let through to it, without node:http", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-ready-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const witness = path.join(dir, "witness.cjs");
  writeFileSync(witness, WITNESS);
  const appPort = await freePort();
  const command = [process.execPath, "-e", APP, String(appPort)];
  const gateway = await startGateway(t, {
    env: { NODE_OPTIONS: `--require ${witness}` },
    config: {
      gateway: { trusted_proxies: ["127.0.0.0/8"] },
      containers: [{ name: "app", host: "app.test", idle_timeout: "4s", process: { command, port: appPort } }],
    },
  });
  const { port } = gateway;
  assert.equal((await request({ port, host: "app.test", path: "/wakes" })).text, "/wakes");
  await gateway.waitForLog(({ readByNode: what }) => what === "GET /wakes");

  const asked = { "x-forwarded-host": "app.test", "x-forwarded-uri": "/", "x-forwarded-method": "GET" };
  const answers = [
    await request({ port, host: "app.test", path: "/get" }),
    await request({ port, host: "app.test", path: "/post", method: "POST", body: Buffer.from("hello") }),
    await request({ port, host: "app.test", path: "/_next/x" }),
    await request({ port, path: "/_auth/traefik", headers: asked }),
    await request({ port, path: "/_auth/caddy", headers: asked }),
    await request({ port, path: "/_auth/nginx", headers: asked }),
    await request({ port, host: "app.test", path: "/seen", headers: { te: "trailers" } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 200),
  );
  await gateway.waitForLog(({ readByNode: what }) => what === "GET /seen");
  const since = readByNode(gateway);
  assert.deepEqual(since.slice(since.indexOf("GET /wakes")), ["GET /wakes", "GET /seen"]);

  const metrics = (await request({ port, path: "/_metrics" })).text;
  assert.match(metrics, /^gateway_requests_total\{[^}]*container="app"[^}]*status_code="200"[^}]*\} 5$/mu);
  assert.match(metrics, /^gateway_auth_requests_total\{[^}]*\} 1$/mu);
  // Nothing is open any more: it falls asleep.
  await gateway.waitForLog(({ event }) => event === "stopped", 15_000);
});

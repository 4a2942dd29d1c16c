import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { rawClient } from "./proxy-fixture.ts";
import { H, ok, startWireGateway, U } from "./wire-gateway.ts";
import { delivered } from "../support/delivered.ts";

describe("a client that leaves as its answer arrives", { concurrency: true }, () => {
  for (const [how, leave] of [
    ["ends", "end"],
    ["closes", "destroy"],
    ["resets", "resetAndDestroy"],
  ] as const) {
    for (const [what, behind] of [
      ["half a request", "G"],
      ["a request", `GET /b${H}\r\n`],
      ["an upgrade", `GET /b${H}${U}\r\n`],
      ["a broken request", "\0\r\n\r\n"],
    ] as const) {
      void it(`and ${how} with ${what} behind its request does not end the process`, async (t) => {
        const leaving: (() => void)[] = [];
        let size = 1;
        const gateway = await startWireGateway(t, ({ path: target }) => {
          if (target === "/a") leaving.pop()?.();
          return ok("x".repeat(size));
        });
        for (let round = 0; round < 4; round += 1) {
          const client = await gateway.client();
          leaving.push(() => void client.socket[leave]());
          client.write(`GET /a${H}\r\n${behind}`);
          await waitUntil(() => leaving.length === 0, 5_000, "its answer");
          await client.closed();
          client.socket.destroy();
          size = round % 2 === 0 ? 100_000 : 1;
        }
        const last = await gateway.client(`GET /c${H}\r\n`);
        await last.until((text) => text.endsWith("x"));
      });
    }
  }
});

for (const [what, behind] of [
  ["before its body is there", ""],
  ["behind a request in progress", `GET /slow${H}\r\n`],
] as const) {
  void it(`a client that resets an upgrade with a body ${what} is no fault of the gateway`, async (t) => {
    const gateway = await startWireGateway(t);
    for (let round = 0; round < 3; round += 1) {
      const client = await gateway.client(`${behind}POST /u${H}${U}Content-Length: 9\r\n\r\na`);
      await delivered();
      client.socket.resetAndDestroy();
      await delivered();
    }
    const last = await gateway.client(`GET /c${H}\r\n`);
    await last.until((text) => text.endsWith("</c>"));
  });
}

/** Loaded into the gateway's process: throws where a request's path says so, and on SIGUSR2 where nobody catches. */
const SABOTEUR = `
  const { Socket } = require("node:net");
  const write = Socket.prototype.write;
  Socket.prototype.write = function (bytes, ...rest) {
    if (typeof bytes === "string" && bytes.includes("/throw")) throw new Error("planted in a handler");
    return write.call(this, bytes, ...rest);
  };
  const { ServerResponse } = require("node:http");
  const writeHead = ServerResponse.prototype.writeHead;
  ServerResponse.prototype.writeHead = function (...rest) {
    if (this.req.url.startsWith("/toss")) throw new Error("planted in an answer");
    return writeHead.apply(this, rest);
  };
  process.on("SIGUSR2", () => {
    setTimeout(() => { throw new Error("planted in a timer"); });
    Promise.reject(new Error("planted in a promise"));
    Promise.reject("planted, and no Error");
  });`;

/** Answers `/slow` when `/second` arrives. */
const APP = `
  const slow = [];
  require("node:http").createServer((req, res) => {
    if (req.url === "/slow") return slow.push(res);
    if (req.url === "/second") for (const one of slow) one.end("/slow");
    res.end(req.url);
  }).listen(Number(process.argv[1]), "127.0.0.1");`;

void it("an exception that nobody catches is logged with its stack and costs its own connection alone", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-faults-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const saboteur = path.join(dir, "saboteur.cjs");
  writeFileSync(saboteur, SABOTEUR);
  const appPort = await freePort();
  const command = [process.execPath, "-e", APP, String(appPort)];
  const gateway = await startGateway(t, {
    env: { NODE_OPTIONS: `--require ${saboteur}` },
    config: { containers: [{ name: "app", host: "app.test", process: { command, port: appPort } }] },
  });
  const { port } = gateway;
  assert.equal((await request({ port, host: "app.test", path: "/wakes" })).text, "/wakes");

  const other = request({ port, host: "app.test", path: "/slow" });
  const bystander = await rawClient(t, port, "GET /first HTTP/1.1\r\nHost: app.test\r\n\r\n");
  await bystander.until((text) => text.endsWith("/first"));
  for (const [what, head] of [
    ["simple", "GET /throw/1 HTTP/1.1\r\nHost: app.test\r\n"],
    ["read by node:http", "GET /throw/2 HTTP/1.1\r\nHost: app.test\r\nTE: trailers\r\n"],
    ["a stream", "POST /toss/3 HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"],
    ["an upgrade", "GET /toss/4 HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n"],
  ] as const) {
    const client = await rawClient(t, port, `${head}\r\n`);
    assert.doesNotMatch(await client.closed(), /^HTTP\/1\.1 2/u, what);
  }
  process.kill(gateway.pid, "SIGUSR2");
  for (const message of ["in a handler", "in an answer", "in a timer", "in a promise", "and no Error"]) {
    await gateway.waitForLog(({ level, err }) => {
      const { stack = "" } = (err ?? {}) as { stack?: string };
      return level === "error" && stack.includes(message) && stack.includes("\n    at ");
    });
  }
  bystander.write("GET /second HTTP/1.1\r\nHost: app.test\r\n\r\n");
  await bystander.until((text) => text.endsWith("/second"));
  assert.equal((await other).text, "/slow");
});

void it("an exception while the gateway looks whether a held client leaves costs that connection", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-faults-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const saboteur = path.join(dir, "saboteur.cjs");
  writeFileSync(
    saboteur,
    `const { Socket } = require("node:net");
    const read = Socket.prototype.read;
    Socket.prototype.read = function (...rest) {
      if (new Error().stack.includes("detached-response")) throw new Error("planted in a look");
      return read.apply(this, rest);
    };`,
  );
  const silent = { command: [process.execPath, "-e", "setInterval(() => {}, 1000)"], port: await freePort() };
  const gateway = await startGateway(t, {
    env: { NODE_OPTIONS: `--require ${saboteur}` },
    config: { containers: [{ name: "app", host: "app.test", process: silent }] },
  });
  const client = await rawClient(t, gateway.port, `GET /held HTTP/1.1\r\nHost: app.test\r\n${U}\r\n`);
  await gateway.waitForLog(({ event }) => event === "wake");
  client.socket.end();
  assert.equal(await client.closed(), "");
  await gateway.waitForLog(
    ({ level, err }) => level === "error" && JSON.stringify(err ?? "").includes("planted in a look"),
  );
});

void it("a fault before the gateway listens still ends the process", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-faults-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const saboteur = path.join(dir, "saboteur.cjs");
  writeFileSync(saboteur, `setTimeout(() => { throw new Error("planted at the start"); });`);
  const { spawnDag } = await import("../support/spawn-dag.ts");
  const { code, stderr } = await spawnDag(["serve"], { env: { NODE_OPTIONS: `--require ${saboteur}` } });
  assert.notEqual(code, 0);
  assert.match(stderr, /planted at the start/u);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import type { Endpoint } from "../core/observation.ts";
import { createProbe } from "./probe.ts";

const probe = createProbe();
const never = new AbortController().signal;

const tcp: [rule: string, onConnection: (socket: Socket) => void, published: boolean, ready: boolean][] = [
  ["an open port is ready", () => undefined, false, true],
  ["a published port that stays open is ready", () => undefined, true, true],
  ["a published port that is closed at once is not", (socket) => socket.end(), true, false],
  ["nor one that is reset", (socket) => socket.resetAndDestroy(), true, false],
  ["nor one that docker-proxy closes after its own dial", (socket) => setTimeout(() => socket.end(), 15), true, false],
  ["however long that takes it on a busy machine", (socket) => setTimeout(() => socket.end(), 600), true, false],
  [
    "a published port whose app answers is ready",
    (socket) => socket.once("data", () => socket.end("HTTP/1.1 404")),
    true,
    true,
  ],
  ["a published port that speaks first is ready at once", (socket) => socket.write("SSH-2.0"), true, true],
];

for (const [rule, onConnection, published, ready] of tcp) {
  test(rule, async (t) => {
    const endpoint = await listen(t, createServer(onConnection), published);
    assert.equal(await probe.tcp(endpoint, never), ready);
  });
}

test("a port that nobody listens on is not ready", async (t) => {
  const server = createServer();
  const endpoint = await listen(t, server);
  server.close();
  await once(server, "close");
  assert.equal(await probe.tcp(endpoint, never), false);
  assert.equal(await probe.http(endpoint, "/", "", never), false);
});

test("a name that does not resolve is not ready", async () => {
  assert.equal(await probe.tcp({ host: "nowhere.invalid", port: 80, published: false }, never), false);
});

const http: [rule: string, answer: RequestListener, ready: boolean][] = [
  ["200 is ready", (_, response) => response.end(), true],
  ["204 is ready", (_, response) => response.writeHead(204).end(), true],
  [
    "a body that never ends is ready: its status is known",
    (_, response) => void response.writeHead(200).write("a"),
    true,
  ],
  ["a redirect is not", (_, response) => response.writeHead(302, { Location: "/" }).end(), false],
  ["an error is not", (_, response) => response.writeHead(503).end(), false],
  ["an answer that breaks off is not", (request) => request.socket.destroy(), false],
];

for (const [rule, answer, ready] of http) {
  test(rule, async (t) => {
    const endpoint = await listen(t, createHttpServer(answer));
    assert.equal(await probe.http(endpoint, "/", "", never), ready);
  });
}

test("the path and the host name are the app's own", async (t) => {
  const seen: unknown[] = [];
  const endpoint = await listen(
    t,
    createHttpServer(({ method, url, headers }, response) => {
      seen.push(method, url, headers.host);
      response.end();
    }),
  );
  await probe.http(endpoint, "/up?full=1", "app.example.com", never);
  assert.deepEqual(seen, ["GET", "/up?full=1", "app.example.com"]);
});

test("an app that accepts and says nothing is not ready after two seconds", async (t) => {
  const endpoint = await listen(t, createServer());
  const began = performance.now();
  assert.equal(await probe.http(endpoint, "/", "", never), false);
  const tookMs = performance.now() - began;
  assert.ok(tookMs > 1_900 && tookMs < 2_600, `${tookMs} ms`);
});

test("an aborted try is over at once, and one that begins aborted does not connect", async (t) => {
  let connections = 0;
  const endpoint = await listen(
    t,
    createServer(() => (connections += 1)),
  );
  const ending = new AbortController();
  const trying = probe.http(endpoint, "/", "", ending.signal);
  const began = performance.now();
  ending.abort();
  assert.equal(await trying, false);
  assert.equal(await probe.tcp(endpoint, ending.signal), false);
  assert.ok(performance.now() - began < 500);
  assert.ok(connections <= 1);
});

test("a path that is no path is not ready, and throws nothing", async (t) => {
  const endpoint = await listen(
    t,
    createHttpServer((_, response) => response.end()),
  );
  assert.equal(await probe.http(endpoint, "/a b\n", "", never), false);
});

test("tries leave no connection behind", async (t) => {
  const server = createServer();
  const endpoint = await listen(t, server);
  for (let count = 0; count < 20; count++) assert.equal(await probe.tcp(endpoint, never), true);
  const open = (): Promise<number> => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  while ((await open()) > 0) await new Promise(setImmediate);
});

async function listen(t: TestContext, server: Server, published = false): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port, published };
}

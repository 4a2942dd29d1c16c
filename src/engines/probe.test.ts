import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import type { Endpoint } from "../core/observation.ts";
import { SPEAKS_TLS } from "../core/speaks-tls.ts";
import { startDeafApp } from "../../test/support/deaf-app.ts";
import { selfSigned } from "../../test/support/self-signed.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
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
    assert.equal((await probe.tcp(endpoint, never)).kind, ready ? "ready" : "no");
  });
}

test("an attempt without an answer leaves no connection behind", async (t) => {
  const port = await startDeafApp(t);
  const connections = (): number => process.getActiveResourcesInfo().filter((kind) => kind.includes("TCP")).length;
  const before = connections();
  const endpoint: Endpoint = { host: "127.0.0.1", port, published: false, connectTimeoutMs: 50 };
  assert.equal((await probe.tcp(endpoint, never)).kind, "no");
  await waitUntil(() => connections() <= before, 5_000, "the end of the connection");
});

test("a port that nobody listens on is not ready", async (t) => {
  const server = createServer();
  const endpoint = await listen(t, server);
  server.close();
  await once(server, "close");
  const refused = { kind: "no", summary: "connection refused" };
  assert.deepEqual(await probe.tcp(endpoint, never), refused);
  assert.deepEqual(await probe.http(endpoint, "/", "", never), refused);
});

test("a name that does not resolve is not ready", async () => {
  assert.equal((await probe.tcp({ host: "nowhere.invalid", port: 80, published: false }, never)).kind, "no");
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
    assert.equal((await probe.http(endpoint, "/", "", never)).kind, ready ? "ready" : "no");
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
  assert.equal((await probe.http(endpoint, "/", "", never)).kind, "no");
  const tookMs = performance.now() - began;
  assert.ok(tookMs > 1_900 && tookMs < 6_000, `${tookMs} ms`);
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
  assert.equal((await trying).kind, "no");
  assert.equal((await probe.tcp(endpoint, ending.signal)).kind, "no");
  assert.ok(performance.now() - began < 1_500);
  assert.ok(connections <= 1);
});

test("a path that is no path is not ready, and throws nothing", async (t) => {
  const endpoint = await listen(
    t,
    createHttpServer((_, response) => response.end()),
  );
  assert.equal((await probe.http(endpoint, "/a b\n", "", never)).kind, "no");
});

test("tries leave no connection behind", async (t) => {
  const server = createServer();
  const endpoint = await listen(t, server);
  let connections = 0;
  server.on("connection", () => (connections += 1));
  for (let count = 0; count < 20; count++) assert.equal((await probe.tcp(endpoint, never)).kind, "ready");
  const open = (): Promise<number> => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  while ((await open()) > 0) await new Promise(setImmediate);
  assert.equal(connections, 20, "one for each try");
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

test("a probe looks like a front with https, and a redirect to https is not a failure", async (t) => {
  const endpoint = await listen(
    t,
    createHttpServer(({ url, headers }, response) => {
      const answers: Record<string, [number, string?]> = {
        "/up": [headers["x-forwarded-proto"] === "https" ? 204 : 301, `https://${headers.host}/up`],
        "/forced": [301, `https://${headers.host}/forced`],
        "/login": [302, "/login?\u00ff\u009b31mred"],
      };
      const [status, location] = answers[url ?? ""] ?? [404];
      response.writeHead(status, location === undefined ? {} : { Location: location }).end();
    }),
  );
  const ask = (path: string) => probe.http(endpoint, path, "app.test", never);
  assert.deepEqual(await ask("/up"), { kind: "ready", summary: "/up: 204 → https://app.test/up", status: 204 });
  assert.equal((await ask("/forced")).kind, "to-https");
  assert.deepEqual(await ask("/none"), { kind: "no", summary: "/none: 404", status: 404 });
  const { kind, summary } = await ask("/login");
  assert.equal(kind, "no");
  assert.match(summary, /^\/login: 302 → \/login\?/u);
  assert.doesNotMatch(summary, /\u009b/u);
});

test("what is no HTTP is named as what it is", async (t) => {
  const garbage = await listen(
    t,
    createServer((socket) => socket.end("220 mail ready\r\n")),
  );
  assert.deepEqual(await probe.http(garbage, "/", "", never), { kind: "no", summary: "does not speak HTTP" });
  const closing = await listen(
    t,
    createServer((socket) => socket.once("data", () => socket.destroy())),
  );
  const closed = { kind: "no", summary: "closed the connection without an answer" };
  assert.deepEqual(await probe.http(closing, "/", "", never), closed);
});

test("an app that speaks TLS only is named as that, whatever it does about plain text", async (t) => {
  const closes = await listen(
    t,
    createHttpsServer(selfSigned(), (_, response) => response.end()),
  );
  const response = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
  const answers = await listen(
    t,
    createServer((socket) => {
      socket.once("data", (first) => {
        if (first[0] !== 0x16) return void socket.end(response);
        const secure = connect(closes.port, closes.host);
        secure.write(first);
        socket
          .on("error", () => undefined)
          .pipe(secure.on("error", () => undefined))
          .pipe(socket);
        return undefined;
      });
    }),
  );
  for (const endpoint of [closes, answers]) {
    assert.deepEqual(await probe.http(endpoint, "/up", "app.test", never), { kind: "no", summary: SPEAKS_TLS });
  }
});

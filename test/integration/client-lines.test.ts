import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import type { PlainRequest } from "../../src/core/plain-request.ts";
import type { Route } from "../../src/lifecycle/route.ts";
import type { ClientLine } from "../../src/proxy/client-line.ts";
import { SERVER_OPTIONS } from "../../src/proxy/server-options.ts";
import { createGatewayServer, type GatewayServer } from "../../src/server.ts";
import { cleanup } from "../support/cleanup.ts";
import { waitUntil } from "../support/wait-until.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-house.ts";
import { GET, ODD_GET, SMALL } from "./proxy-ways.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const count = (text: string, part: string): number => text.split(part).length - 1;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Read {
  readonly by: "line" | "node";
  readonly what: string;
}

/** The listener alone. Plain requests are answered on their lines, all others by node:http. */
async function listen(t: TestContext, plain: (line: ClientLine) => boolean): Promise<[GatewayServer, number, Read[]]> {
  const reads: Read[] = [];
  const server = createGatewayServer({
    options: SERVER_OPTIONS,
    findRoute: () => ({}) as Route,
    plain(_route: Route, request: PlainRequest, _body, line) {
      if (!plain(line)) return false;
      reads.push({ by: "line", what: `${request.method} ${request.target}` });
      return true;
    },
    auth: () => false,
    authUpgrade: () => false,
    internal: () => false,
    request(_route, req: IncomingMessage, res: ServerResponse) {
      reads.push({ by: "node", what: `${req.method} ${req.url}` });
      res.end("node");
    },
    upgrade: (_route, _req, socket) => void socket.end(),
    unknownHost: () => assert.fail("every host is known"),
    conflictingHost: () => assert.fail("no host is in conflict"),
    rawAnswer: (code) => Buffer.from(`HTTP/1.1 400 ${code}\r\nConnection: close\r\n\r\n`),
  });
  const { port } = await server.listen(0, "127.0.0.1");
  cleanup(t, () => server.drain(0));
  return [server, port, reads];
}

const atOnce = (line: ClientLine): boolean => {
  line.answer("Content-Length: 0\r\n");
  return true;
};

describe("a client's connection", () => {
  void it("is read without node:http for as long as its requests are plain, and never again after", async (t) => {
    const [, port, reads] = await listen(t, atOnce);
    const client = await rawClient(t, port);
    for (const [at, request] of [GET, GET, ODD_GET, GET].entries()) {
      client.write(request);
      await client.until((text) => count(text, "HTTP/1.1 200") === at + 1);
    }
    assert.deepEqual(
      reads.map(({ by }) => by),
      ["line", "line", "node", "node"],
    );
  });

  void it("stays so for an app's own paths that look a little like ours", async (t) => {
    const [, port, reads] = await listen(t, atOnce);
    const client = await rawClient(t, port);
    for (const [at, path] of ["/_next/a.js", "/_statusx", "/_status"].entries()) {
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.until((text) => count(text, "HTTP/1.1 200") === at + 1);
    }
    assert.deepEqual(reads, [
      { by: "line", what: "GET /_next/a.js" },
      { by: "line", what: "GET /_statusx" },
      { by: "node", what: "GET /_status" },
    ]);
  });

  void it("answers what was sent ahead in order, each once", async (t) => {
    const [, port, reads] = await listen(t, atOnce);
    const paths = Array.from({ length: 20 }, (_, at) => `/${at}`);
    const client = await rawClient(t, port, paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    await client.until((text) => count(text, "HTTP/1.1 200") === 20);
    assert.deepEqual(
      reads.map(({ what }) => what),
      paths.map((path) => `GET ${path}`),
    );
  });

  void it("ends with the answer where the client wants that", async (t) => {
    const [, port] = await listen(t, atOnce);
    const client = await rawClient(t, port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert.match(await client.closed(), /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Connection: close\r\n\r\n$/u);
  });

  void it("says when it answered and for how long it is kept, as node:http does", async (t) => {
    const [, port] = await listen(t, atOnce);
    const client = await rawClient(t, port, GET);
    const text = await client.until((all) => all.endsWith("\r\n\r\n"));
    const date = /\r\nDate: (.*)\r\n/u.exec(text)?.[1] ?? "";
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 2_000, date);
    assert.match(text, /\r\nConnection: keep-alive\r\nKeep-Alive: timeout=95\r\n/u);
  });

  for (const [what, request] of [
    ["GET", GET],
    ["a small body", SMALL],
    ["an odd GET", ODD_GET],
  ] as const) {
    void it(`takes ${what} wherever its packets end`, { timeout: 60_000 }, async (t) => {
      const app = await startRawApp(t, (socket) => {
        let heard = "";
        socket.on("data", (bytes: Buffer) => {
          heard += bytes.toString("latin1");
          if (heard.endsWith(what === "a small body" ? "hello" : "\r\n\r\n")) socket.write(OK);
        });
      });
      const proxy = await startProxy(t, { upstream: app.port });
      for (const pause of [0, 15]) {
        await Promise.all(
          Array.from({ length: request.length - 1 }, async (_, at) => {
            const client = await rawClient(t, proxy.port, request.slice(0, at + 1));
            await sleep(pause);
            client.write(request.slice(at + 1));
            await client.until((text) => text.endsWith("\r\n\r\nok"));
          }),
        );
      }
      assert.ok(proxy.outcomes.every(({ kind }) => kind === "done"));
      assert.equal(proxy.outcomes.length, 2 * (request.length - 1));
    });
  }
});

describe("a plain request that its app did not answer", () => {
  void it("is read again, once, to be told so", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.destroy()));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, SMALL + GET);
    const text = await client.until((all) => count(all, "HTTP/1.1 502") === 2);
    assert.equal(count(text, "upstream-reset"), 2);
    assert.equal(app.heard.filter((heard) => heard.startsWith("POST")).length, 1, "the app saw the POST once");
  });

  void it("is of no interest when the client has said that it will say no more", async (t) => {
    const app = await startRawApp(
      t,
      (socket) => void socket.once("data", () => setTimeout(() => socket.destroy(), 50)),
    );
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, SMALL);
    await waitUntil(() => app.heard[0]?.endsWith("hello"));
    client.socket.end();
    assert.equal(await client.closed(), "");
    await proxy.ended(1);
    const next = await rawClient(t, proxy.port, SMALL);
    await next.until((text) => text.includes("HTTP/1.1 502"));
  });

  void it("is forwarded anew where nobody was there, body and all", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const gone = await startProxy(t, { upstream: 1, unanswered: (_outcome, _again, res) => res.end("asked again") });
    const client = await rawClient(t, gone.port, SMALL + SMALL);
    await client.until((text) => count(text, "asked again") === 2);
    assert.deepEqual(
      gone.outcomes.map(({ kind }) => kind),
      ["refused", "refused"],
    );
    assert.deepEqual(app.heard, []);
  });
});

describe("the bytes of a body", () => {
  void it("are whole at the app, also when that answers before it has read them", { timeout: 60_000 }, async (t) => {
    const size = 60_000;
    const app = await startRawApp(t, (socket) => void socket.pause());
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    const bodies = Array.from({ length: 100 }, (_, at) => String(at % 10).repeat(size));
    for (const [at, body] of bodies.entries()) {
      client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n${body}`);
      // The app has its say without reading, until the system takes no more for it.
      const socket = await waitUntil(() => app.sockets[0]);
      await sleep(10);
      socket.write(OK);
      await client.until((text) => count(text, "\r\n\r\nok") === at + 1);
    }
    app.sockets[0]!.resume();
    const heard = (): string => app.heard[0]!.replaceAll(/POST [^]*?\r\n\r\n/gu, "");
    await waitUntil(() => heard().length === bodies.length * size, 10_000, "all bodies");
    assert.ok(heard() === bodies.join(""), "they are what was sent");
  });
});

describe("when a connection idles", () => {
  void it("it is closed 95 s after its last answer, or a minute after it said nothing", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const [, port] = await listen(t, atOnce);
    const asked = await rawClient(t, port, GET);
    const silent = await rawClient(t, port);
    await asked.until((text) => text.includes("200 OK"));
    t.mock.timers.tick(60_000);
    assert.deepEqual([asked.socket.closed, silent.text()], [false, ""]);
    t.mock.timers.tick(5_000);
    assert.match(await silent.closed(), /^HTTP\/1\.1 400 request-timeout/u);
    t.mock.timers.tick(30_000);
    asked.write(GET);
    await asked.until((text) => count(text, "200 OK") === 2);
    t.mock.timers.tick(95_000);
    await sleep(50);
    assert.equal(asked.socket.readableEnded, false);
    t.mock.timers.tick(5_000);
    await asked.closed();
  });
});

describe("when the gateway drains", () => {
  void it("idle connections end at once, and those in use with their answer, which says so", async (t) => {
    const held: ClientLine[] = [];
    const [server, port] = await listen(t, (line) => {
      if (held.length > 0) return atOnce(line);
      held.push(line);
      return true;
    });
    const busy = await rawClient(t, port, GET);
    await waitUntil(() => held.length === 1);
    const idle = await rawClient(t, port, GET);
    await idle.until((text) => text.endsWith("\r\n\r\n"));
    let isOver = false;
    const drained = server.drain(10_000).then(() => (isOver = true));
    await idle.closed();
    assert.equal(isOver, false);
    held[0]!.answer("Content-Length: 0\r\n");
    assert.match(await busy.closed(), /Connection: close/u);
    await drained;
  });

  void it("those whose answer does not end are cut when time is up", async (t) => {
    const [server, port] = await listen(t, () => true);
    const client = await rawClient(t, port, GET);
    await sleep(50);
    await server.drain(100);
    await client.closed();
  });
});

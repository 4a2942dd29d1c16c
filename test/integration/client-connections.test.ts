import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientConnection } from "../../src/http1/client-connection.ts";
import { waitUntil } from "../support/wait-until.ts";
import { atOnce, listen } from "./client-connections-server.ts";
import { rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";
import { GET, ODD_GET, SMALL } from "./proxy-ways.ts";
import { elapse } from "../support/real-time.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("a client's connection", () => {
  void it("is read without node:http for as long as its requests are simple, and never again after", async (t) => {
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

  void it("does not read without limit while a response is awaited", async (t) => {
    const held: ClientConnection[] = [];
    const [, port] = await listen(t, (connection) => held.push(connection) > 0);
    const client = await rawClient(t, port, GET);
    const connection = await waitUntil(() => held[0], 5_000, "the request");
    client.write(Buffer.alloc(64 * 1024 * 1024));
    await waitUntil(() => connection.socket.isPaused(), 5_000, "the end of reading");
    assert.ok(client.socket.writableLength > 0, "all of it was taken");
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
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 10_000, date);
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
      // After 10 ms node:http reads on.
      for (const pause of [0, 15]) {
        await Promise.all(
          Array.from({ length: request.length - 1 }, async (_, at) => {
            const client = await rawClient(t, proxy.port, request.slice(0, at + 1));
            await elapse(pause);
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

describe("when a connection idles", () => {
  void it("it is closed 95 s after its last response, or after a minute without a request", async (t) => {
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
    await (await rawClient(t, port, GET)).until((text) => text.includes("200 OK")); // an end would have come by now
    assert.equal(asked.socket.readableEnded, false);
    t.mock.timers.tick(5_000);
    await asked.closed();
  });
});

describe("when the gateway drains", () => {
  void it("idle connections end at once, and those in use with their answer, which says so", async (t) => {
    const held: ClientConnection[] = [];
    const [server, port] = await listen(t, (client) => {
      if (held.length > 0) return atOnce(client);
      held.push(client);
      return true;
    });
    const busy = await rawClient(t, port, GET);
    await waitUntil(() => held.length === 1);
    const idle = await rawClient(t, port, GET);
    await idle.until((text) => text.endsWith("\r\n\r\n"));
    let isEnded = false;
    const drained = server.drain(10_000).then(() => (isEnded = true));
    await idle.closed();
    assert.equal(isEnded, false);
    held[0]!.answer("Content-Length: 0\r\n");
    assert.match(await busy.closed(), /Connection: close/u);
    await drained;
  });

  void it("those whose answer does not end are cut when time is up", async (t) => {
    const held: ClientConnection[] = [];
    const [server, port] = await listen(t, (connection) => held.push(connection) > 0);
    const client = await rawClient(t, port, GET);
    await waitUntil(() => held.length === 1, 5_000, "the request");
    await server.drain(100);
    await client.closed();
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { listen } from "./client-connections-server.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";
import { GET, SMALL } from "./proxy-ways.ts";
import { delivered } from "../support/delivered.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("a simple request that its app did not answer", () => {
  void it("is read again by node:http, once", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.destroy()));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, SMALL + GET);
    const text = await client.until((all) => count(all, "HTTP/1.1 502") === 2);
    assert.equal(count(text, "upstream-reset"), 2);
    assert.equal(app.heard.filter((heard) => heard.startsWith("POST")).length, 1, "the app saw the POST once");
  });

  void it("is dropped when the client has half-closed the connection", async (t) => {
    let requests = 0;
    const app = await startRawApp(t, (socket) => {
      socket.once("data", () => {
        requests += 1;
        if (requests > 1) socket.destroy();
      });
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, SMALL);
    await waitUntil(() => app.heard[0]?.endsWith("hello"));
    client.socket.end();
    assert.equal(await client.closed(), "");
    await proxy.ended(1);
    const next = await rawClient(t, proxy.port, SMALL);
    await next.until((text) => text.includes("HTTP/1.1 502"));
  });

  void it("is forwarded again where nothing listened, with its body", async (t) => {
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
  for (const isForwarded of [true, false]) {
    const [freed, taken] = isForwarded ? ["freed", "taken"] : ["kept", "not taken"];
    void it(`are ${freed} with the answer when the system has ${taken} them`, async (t) => {
      const bodies: Buffer[] = [];
      const [, port] = await listen(t, (client, body) => {
        bodies.push(body!);
        client.socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        client.endResponse(isForwarded);
        return true;
      });
      const client = await rawClient(
        t,
        port,
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n${"x".repeat(8_000)}`,
      );
      await client.until((text) => text.endsWith("\r\n\r\n"));
      assert.equal(bodies[0]!.length, isForwarded ? 0 : 8_000);
    });
  }

  void it("are freed without the bytes after them, and without memory next to them", async (t) => {
    const app = await startRawApp(t, (socket, heard) => {
      let answered = 0;
      socket.on("data", () => {
        const whole = count(heard(), "y\r\n") + count(heard(), "GET /");
        for (; answered < whole; answered += 1) socket.write(OK);
      });
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    const body = `${"x".repeat(5_000)}y\r\n`;
    const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    // In pieces they are put together in memory that other buffers have a share in.
    const neighbours = [Buffer.allocUnsafe(8)];
    t.mock.timers.enable({ apis: ["setTimeout"] }); // so that the rest is not left to node:http
    client.write(post.slice(0, 3_000));
    await delivered();
    t.mock.timers.reset();
    client.write(post.slice(3_000));
    await client.until((text) => text.endsWith("\r\n\r\nok"));
    neighbours.push(Buffer.allocUnsafe(8));
    assert.deepEqual(
      neighbours.map(({ length }) => length),
      [8, 8],
    );
    client.write(post + GET);
    await client.until((text) => count(text, "\r\n\r\nok") === 3);
  });

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
      await delivered();
      socket.write(OK);
      await client.until((text) => count(text, "\r\n\r\nok") === at + 1);
    }
    app.sockets[0]!.resume();
    const heard = (): string => app.heard[0]!.replaceAll(/POST [^]*?\r\n\r\n/gu, "");
    await waitUntil(() => heard().length === bodies.length * size, 10_000, "all bodies");
    assert.ok(heard() === bodies.join(""), "they are what was sent");
  });
});

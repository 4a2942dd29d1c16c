import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { answering, rawClient, startApp, startProxy, startRawApp, takeAway } from "./proxy-fixture.ts";
import { WAYS } from "./proxy-ways.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const hasHead = (text: string): boolean => text.includes("\r\n\r\n");

describe("nothing is held back", () => {
  void it("the head is sent before the body, and every event as it arrives", async (t) => {
    const app = await startApp(t, (_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.flushHeaders();
      events.push(res);
    });
    const events: { write(text: string): void; end(): void }[] = [];
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(hasHead, "the head alone");
    for (const event of ["one", "two", "three"]) {
      events[0]!.write(`data: ${event}\n\n`);
      await client.until((text) => text.includes(event), event);
    }
    assert.deepEqual(proxy.outcomes, []);
    events[0]!.end();
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 200 }]);
  });

  for (const [way, request, body] of WAYS) {
    void it(`the bytes of a head that leaves alone are the app's, be they no UTF-8 (${way})`, async (t) => {
      const app = await startRawApp(t, (socket, heard) => {
        socket.on("data", () => {
          if (heard().includes(body))
            socket.write("HTTP/1.1 200 \xe4\r\nX-A: \xff\xe4\r\nContent-Length: 5\r\n\r\n", "latin1");
        });
      });
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, request);
      const head = await client.until(hasHead);
      assert.match(head, /^HTTP\/1\.1 200 \xe4\r\nX-A: \xff\xe4\r\n/u);
    });
  }

  void it("a head whose length is known does not wait for the body either", async (t) => {
    const app = await startRawApp(t, (socket) => {
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(hasHead);
    app.sockets[0]!.write("hel");
    await client.until((text) => text.endsWith("hel"));
    app.sockets[0]!.write("lo");
    await client.until((text) => text.endsWith("hello"));
  });

  void it("a request's head reaches the app before its body, and both talk at once", async (t) => {
    const app = await startApp(t, (req, res) => {
      res.flushHeaders();
      req.on("data", (chunk: Buffer) => res.write(chunk.toString().toUpperCase()));
      req.on("end", () => res.end("."));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const client = await rawClient(t, proxy.port, head);
    await client.until(hasHead, "the answer to a request that has only begun");
    for (const word of ["ping", "pong"]) {
      client.write(`4\r\n${word}\r\n`);
      await client.until((text) => text.includes(word.toUpperCase()), word);
    }
    client.write("0\r\n\r\n");
    await client.until((text) => text.endsWith("1\r\n.\r\n0\r\n\r\n"));
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 200 }]);
  });

  void it("a small body that takes its time is streamed, byte for byte", async (t) => {
    const app = await startRawApp(t, (socket, heard) => {
      socket.on("data", () => heard().endsWith("hello") && socket.write(OK));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    await waitUntil(() => app.heard[0]?.endsWith("\r\n\r\nhe"));
    client.write("llo");
    await client.until((text) => text.endsWith("ok"));
    assert.match(app.heard[0]!, /^content-length: 5\r$/imu);
  });

  void it("request trailers reach the app", async (t) => {
    const app = await startRawApp(t, (socket, heard) => {
      socket.on("data", () => heard().endsWith("0\r\nX-Sum: 1\r\n\r\n") && socket.write(OK));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
    const client = await rawClient(
      t,
      proxy.port,
      `${head}2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Gateway-Upstream: evil\r\n\r\n`,
    );
    await client.until((text) => text.endsWith("ok"));
    assert.match(app.heard[0]!, /^Trailer: X-Sum\r$/mu);
    assert.match(app.heard[0]!, /\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n$/u);
  });
});

describe("an answer before the answer", () => {
  const EARLY = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nX-Latin: \u00e9\r\n\r\n";

  for (const method of ["GET", "POST"]) {
    void it(`102, 103 and unknown ones are relayed as they come (${method})`, async (t) => {
      const early = `HTTP/1.1 102 Processing\r\n\r\n${EARLY}HTTP/1.1 199 Hm\r\n\r\n`;
      const app = await startRawApp(t, (socket) => {
        socket.once("data", () => socket.write(early, "latin1"));
      });
      const proxy = await startProxy(t, { upstream: app.port });
      const body = method === "GET" ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
      const client = await rawClient(t, proxy.port, `${method} / HTTP/1.1\r\nHost: a\r\n${body}`);
      await client.until((text) => text === early);
      app.sockets[0]!.write(OK);
      const text = await client.until((all) => all.endsWith("ok"));
      assert.ok(text.startsWith(`${early}HTTP/1.1 200 OK`));
    });
  }

  void it("HTTP/1.0 clients, which know none, get none", async (t) => {
    const app = await startRawApp(t, answering(EARLY + OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert.match(await client.closed(), /^HTTP\/1\.1 200 /u);
  });

  void it("100 Continue is said when the app is there, and not before", async (t) => {
    const app = await startRawApp(t, (socket, heard) => {
      socket.on("data", () => heard().endsWith("hello") && socket.write(OK));
    });
    const { port, comeBack } = await takeAway(app);
    const restart: (() => void)[] = [];
    const proxy = await startProxy(t, { upstream: port, unanswered: (_outcome, retry) => restart.push(retry) });
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    const client = await rawClient(t, proxy.port, head);
    await proxy.ended(1);
    assert.equal(client.text(), "");
    await comeBack();
    restart[0]!();
    assert.equal(await client.until(hasHead), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write("hello");
    await client.until((text) => text.endsWith("ok"));
    assert.doesNotMatch(app.heard[0]!, /^expect:/imu);
    assert.deepEqual(proxy.outcomes, [{ kind: "refused" }, { kind: "done", status: 200 }]);
  });

  void it("an unrequested 100 does no harm to an upload", async (t) => {
    const app = await startRawApp(t, answering(`HTTP/1.1 100 Continue\r\n\r\n${OK}`));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(
      t,
      proxy.port,
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert.match(await client.until((text) => text.endsWith("ok")), /^HTTP\/1\.1 200 /u);
  });
});

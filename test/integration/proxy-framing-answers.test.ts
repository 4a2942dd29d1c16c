import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dechunk, exchange, isOk, OK } from "./proxy-exchange.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";

describe("an answer keeps its framing", () => {
  const get = (more = ""): string => `GET / HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

  void it("HEAD: the length of what a GET would get, and no body", async (t) => {
    const request = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    const app = await startRawApp(t, (socket, heard) => {
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        if (heard().startsWith("GET")) socket.write("ok");
      });
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request);
    const answers = (await client.until(isOk)).split("HTTP/1.1 ").slice(1);
    assert.equal(answers.length, 2);
    for (const answer of answers) assert.match(answer, /^content-length: 2\r$/imu);
  });

  const bodiless: readonly (readonly [title: string, answer: string, expected: RegExp | undefined])[] = [
    ["204", "HTTP/1.1 204 No Content\r\n\r\n", undefined],
    [
      "304 with the length of what is cached",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
      /^content-length: 99\r$/imu,
    ],
    ["304 without", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", undefined],
    ["an empty 200", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", /^content-length: 0\r$/imu],
  ];
  for (const [title, answer, expected] of bodiless) {
    void it(`${title}: no body, and the connection goes on`, async (t) => {
      let asked = 0;
      const app = await startRawApp(t, (socket) => {
        socket.on("data", () => void socket.write(asked++ === 0 ? answer : OK));
      });
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, get());
      const first = await client.until((text) => text.includes("\r\n\r\n"));
      if (expected === undefined) assert.doesNotMatch(first, /^(?:content-length|transfer-encoding):/imu);
      else assert.match(first, expected);
      await proxy.ended(1);
      client.write(get());
      assert.ok((await client.until(isOk)).startsWith(first.slice(0, first.indexOf("\r\n\r\n") + 4) + "HTTP/1.1 200"));
    });
  }

  void it("chunked stays chunked, with its trailers, but for those that may not come so late", async (t) => {
    const answer =
      "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Latin: \u00e9\r\n\r\n";
    const seen = await exchange(
      t,
      get("TE: trailers\r\n"),
      answer,
      (text) => text.endsWith("\r\n\r\n") && text.includes("X-Latin"),
    );
    const [head = "", ...rest] = seen.answer.split("\r\n\r\n");
    assert.match(head, /^Trailer: X-Sum\r?$/mu);
    assert.equal(rest.join("\r\n\r\n"), "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Latin: \u00e9\r\n\r\n");
  });

  void it("a promise of trailers where none can come is taken back", async (t) => {
    const answer = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\nok";
    assert.doesNotMatch((await exchange(t, get(), answer, isOk)).answer, /^trailer:/imu);
  });

  void it("what ends with the app's connection becomes chunked", async (t) => {
    const app = await startRawApp(t, (socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, get());
    const text = await client.until((all) => all.endsWith("0\r\n\r\n"));
    assert.equal(dechunk(text.split("\r\n\r\n").slice(1).join("\r\n\r\n")), "hello");
    assert.match(text, /^connection: keep-alive\r$/imu);
  });

  void it("an HTTP/1.0 client gets no chunks: its connection ends with the body", async (t) => {
    const answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n";
    const app = await startRawApp(t, answering(answer));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.0\r\n\r\n");
    const text = await client.closed();
    assert.match(text, /\r\n\r\nhello$/u);
    assert.doesNotMatch(text, /^(?:transfer-encoding|trailer):/imu);
    assert.match(app.heard[0]!, new RegExp(`^host: 127\\.0\\.0\\.1:${app.port}\r$`, "imu"));
  });

  void it("`Connection: close` of the client ends its connection, and not the app's", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    for (let turn = 0; turn < 2; turn += 1) {
      const client = await rawClient(t, proxy.port, get("Connection: close\r\n"));
      assert.match(await client.closed(), /^connection: close\r$/imu);
    }
    assert.equal(app.sockets.length, 1);
    assert.doesNotMatch(app.heard[0]!, /^connection: close/imu);
  });
});

import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { describe, it } from "node:test";
import { dechunk, EMPTY, exchange, hasHead, isOk, OK } from "./proxy-exchange.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";

/** Methods that reach a request handler; CONNECT is for proxies of another kind, PRI is HTTP/2. */
const methods = METHODS.filter((method) => method !== "CONNECT");

describe("a request's body arrives framed as it was sent, whatever its method", () => {
  // http-proxy 1.18.1, issue 1721: a chunked DELETE went on as `content-length: 0` and its body as the next request.
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const method of methods) {
    void it(`${method}, chunked`, async (t) => {
      const body = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n3\r\nend\r\n0\r\n\r\n`;
      const request = `${method} /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
      const seen = await exchange(t, request, method === "HEAD" ? EMPTY : OK, hasHead);
      assert.match(seen.head, new RegExp(`^${method} /x HTTP/1\\.1\r\n`, "u"));
      assert.match(seen.head, /^transfer-encoding: chunked\r?$/imu);
      assert.doesNotMatch(seen.head, /^content-length:/imu);
      assert.equal(dechunk(seen.body), `${smuggled}end`);
    });

    void it(`${method}, with a length`, async (t) => {
      const request = `${method} /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`;
      const seen = await exchange(t, request, method === "HEAD" ? EMPTY : OK, hasHead);
      assert.match(seen.head, new RegExp(`^content-length: ${smuggled.length}\r?$`, "imu"));
      assert.doesNotMatch(seen.head, /^transfer-encoding:/imu);
      assert.equal(seen.body, smuggled);
    });
  }

  for (const method of ["POST", "PUT", "PATCH"]) {
    void it(`${method} without a body has a Content-Length of 0`, async (t) => {
      const request = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
      assert.match((await exchange(t, request, OK, isOk)).head, /^content-length: 0\r?$/imu);
    });
  }

  void it("a GET without a body has no framing", async (t) => {
    const { head, body } = await exchange(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", OK, isOk);
    assert.doesNotMatch(head, /^(?:content-length|transfer-encoding):/imu);
    assert.equal(body, "");
  });

  void it("an empty chunked body ends where it ends", async (t) => {
    const request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const { head, body } = await exchange(t, request, OK, isOk);
    assert.match(head, /^transfer-encoding: chunked\r?$/imu);
    assert.equal(body, "0\r\n\r\n");
  });

  void it("a small body that arrives in pieces is one body", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab");
    client.write("cd");
    client.write("ef");
    await client.until(isOk);
    assert.match(app.heard[0]!, /\r\n\r\nabcdef$/u);
  });
});

describe("what is framed in two ways is refused, and never reaches the app", () => {
  const requests: readonly (readonly [title: string, headers: string])[] = [
    ["Content-Length and Transfer-Encoding", "Content-Length: 3\r\nTransfer-Encoding: chunked"],
    ["Transfer-Encoding and Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 3"],
    ["two lengths", "Content-Length: 3\r\nContent-Length: 4"],
    ["the same length twice", "Content-Length: 3\r\nContent-Length: 3"],
    ["a list of lengths", "Content-Length: 3, 3"],
    ["a negative length", "Content-Length: -1"],
    ["a length that is no number", "Content-Length: 0x3"],
    ["a coding that does not end in chunked", "Transfer-Encoding: gzip"],
    ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"],
    ["a space before the colon", "Content-Length : 3"],
    ["a folded header", "X-A: 1\r\n Transfer-Encoding: chunked"],
    ["a bare line feed in a value", "X-A: 1\nTransfer-Encoding: chunked"],
    ["a NUL in a value", "X-A: 1\0"],
  ];
  for (const [title, headers] of requests) {
    void it(title, async (t) => {
      const app = await startRawApp(t, answering(OK));
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n0\r\n\r\n`);
      assert.match(await client.closed(), /^HTTP\/1\.1 400 /u);
      assert.deepEqual(app.heard, []);
    });
  }

  void it("a coding of the hop that we cannot take off is not passed on as content", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    const client = await rawClient(t, proxy.port, request);
    assert.match(await client.until((text) => text.includes("\r\n\r\n")), /^HTTP\/1\.1 502 /u);
    assert.deepEqual(app.heard, []);
  });
});

import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { describe, it } from "node:test";
import { answering, type ProxyHouseSpec, rawClient, startProxy, startRawApp } from "./proxy-house.ts";
import type { TestContext } from "node:test";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const EMPTY = "HTTP/1.1 204 No Content\r\n\r\n";

interface Exchanged {
  /** What the app got. */
  readonly head: string;
  readonly body: string;
  /** What the client got. */
  readonly answer: string;
}

async function exchange(
  t: TestContext,
  request: string,
  answer: string,
  done: (answer: string) => boolean,
  spec: Partial<ProxyHouseSpec> = {},
): Promise<Exchanged> {
  const app = await startRawApp(t, answering(answer));
  const proxy = await startProxy(t, { upstream: app.port, ...spec });
  const client = await rawClient(t, proxy.port, request);
  const got = await client.until(done);
  await proxy.ended(1);
  const [head = "", ...rest] = (app.heard[0] ?? "").split("\r\n\r\n");
  return { head, body: rest.join("\r\n\r\n"), answer: got };
}

const hasHead = (answer: string): boolean => answer.includes("\r\n\r\n");
const isOk = (answer: string): boolean => answer.endsWith("\r\n\r\nok");

/** A chunked body without its framing; fails the test when it is not chunked to the end. */
function dechunk(framed: string): string {
  let rest = framed;
  let body = "";
  while (true) {
    const line = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, line), 16);
    assert.ok(line > 0 && size >= 0, `no chunk in ${JSON.stringify(rest.slice(0, 80))}`);
    if (size === 0) return body;
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 2 + size + 2);
  }
}

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
    void it(`${method} without a body says so`, async (t) => {
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

  void it("a small body that comes in pieces is one body", async (t) => {
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

describe("the target that the app is asked for", () => {
  const targets: readonly (readonly [sent: string, seen: string, host?: string])[] = [
    ["/", "/"],
    ["//evil.test/x", "//evil.test/x"],
    ["/a/../b/./c//d", "/a/../b/./c//d"],
    ["/%2e%2e/%2F%00%zz", "/%2e%2e/%2F%00%zz"],
    ["/?", "/?"],
    ["/?a=b&c=%20+?/#frag", "/?a=b&c=%20+?/#frag"],
    ['/a\\b|c{d}"<>^`', '/a\\b|c{d}"<>^`'],
    ["http://other.test/x?y", "/x?y", "other.test"],
    ["http://other.test:81", "/", "other.test:81"],
    ["HTTP://other.test?q", "/?q", "other.test"],
    ["/http://not.absolute/", "/http://not.absolute/"],
  ];
  for (const [sent, seen, host = "a"] of targets) {
    void it(`${sent} is ${seen} at ${host}`, async (t) => {
      const { head } = await exchange(t, `GET ${sent} HTTP/1.1\r\nHost: a\r\n\r\n`, OK, isOk);
      assert.equal(head.split("\r\n")[0], `GET ${seen} HTTP/1.1`);
      assert.match(head, new RegExp(`^host: ${host}\r?$`, "imu"));
    });
  }

  void it("OPTIONS * asks the app itself", async (t) => {
    const { head } = await exchange(t, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", OK, isOk);
    assert.equal(head.split("\r\n")[0], "OPTIONS * HTTP/1.1");
  });
});

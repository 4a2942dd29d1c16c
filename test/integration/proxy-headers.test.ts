import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type ProxySpec, answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** The head that the app gets for a head that a client sends. */
async function seenByApp(
  t: TestContext,
  head: string,
  spec: Partial<ProxySpec> = {},
  host?: string,
): Promise<string[]> {
  const app = await startRawApp(t, answering(OK));
  const proxy = await startProxy(t, { upstream: app.port, ...spec });
  const client = await rawClient(t, proxy.port, `${head}\r\n\r\n`, host);
  await client.until((text) => text.endsWith("ok"));
  return app.heard[0]!.split("\r\n\r\n")[0]!.split("\r\n");
}

/** The head that a client gets for a head that the app sends. */
async function seenByClient(t: TestContext, head: string, spec: Partial<ProxySpec> = {}): Promise<string[]> {
  const app = await startRawApp(t, answering(`${head}\r\nContent-Length: 2\r\n\r\nok`));
  const proxy = await startProxy(t, { upstream: app.port, ...spec });
  const client = await rawClient(t, proxy.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const text = await client.until((all) => all.endsWith("ok"));
  return text.split("\r\n\r\n")[0]!.split("\r\n");
}

const valuesOf = (lines: readonly string[], name: string): string[] =>
  lines.filter((line) => line.toLowerCase().startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));

describe("a request's headers on their way to the app", () => {
  const dropped: readonly (readonly [title: string, header: string])[] = [
    ["Keep-Alive", "Keep-Alive: timeout=5"],
    ["Proxy-Connection", "Proxy-Connection: keep-alive"],
    ["an Upgrade that no tunnel was made for", "Upgrade: h2c"],
    ["TE without trailers", "TE: gzip;q=0.5"],
    ["Expect that says something else than 100-continue, on HTTP/1.0", "Expect: x"],
    ["what only the gateway may send", "X-Gateway-Upstream: evil:1"],
    ["the same written so that CGI reads it alike", "X_Gateway_Upstream: evil:1"],
    ["a Forwarded that nobody vouches for", "Forwarded: for=1.2.3.4"],
    ["a forwarded port that nobody vouches for", "X-Forwarded-Port: 1"],
    ["a forwarded prefix that nobody vouches for", "X-Forwarded-Prefix: /evil"],
    ["a forwarded address written so that CGI reads it alike", "X_Forwarded_For: 1.2.3.4"],
    ["a real address written so that CGI reads it alike", "X_Real-IP: 1.2.3.4"],
    ["what Connection names", "X-Hop: 1\r\nConnection: close, X-HOP"],
  ];
  for (const [title, header] of dropped) {
    void it(`lose ${title}`, async (t) => {
      const lines = await seenByApp(t, `GET / HTTP/1.0\r\nHost: a\r\n${header}`);
      const name = header.split(":")[0]!.toLowerCase();
      assert.deepEqual(valuesOf(lines, name), []);
      assert.deepEqual(valuesOf(lines, "x-hop"), []);
    });
  }

  void it("keep order, letter case, duplicates, underscores, empty values and bytes beyond ASCII", async (t) => {
    const sent = [
      "x-LOWER-Upper: 1",
      "Accept: a",
      "Cookie: a=1",
      "X_Under_Score: yes",
      "accept: b",
      "X-Empty: ",
      "X-Latin: caf\u00e9 \u00ff",
      "Cookie: b=2",
      "Proxy-Authorization: Basic eDp5",
      "Cache-Control: no-cache",
    ];
    const lines = await seenByApp(t, ["GET / HTTP/1.1", "Host: Example.COM:81", ...sent].join("\r\n"));
    const theirs = lines.slice(1).filter((line) => sent.some((header) => header.trim() === line.trim()));
    assert.deepEqual(
      theirs.map((line) => line.trimEnd()),
      sent.map((line) => line.trimEnd()),
    );
    assert.deepEqual(valuesOf(lines, "host"), ["Example.COM:81"]);
  });

  void it("keep bytes beyond ASCII where the content is streamed", async (t) => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nX-Latin: caf\u00e9 \u00ff\r\nExpect: 100-continue\r\nContent-Length: 2";
    assert.deepEqual(valuesOf(await seenByApp(t, head), "x-latin"), ["caf\u00e9 \u00ff"]);
  });

  void it("contain only `TE: trailers` of TE", async (t) => {
    const lines = await seenByApp(t, "GET / HTTP/1.1\r\nHost: a\r\nTE: gzip, trailers;q=1, trailers\r\nConnection: TE");
    assert.deepEqual(valuesOf(lines, "te"), ["trailers"]);
  });

  void it("keep Host and Content-Length whatever Connection names", async (t) => {
    const lines = await seenByApp(
      t,
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: host, content-length",
    );
    assert.deepEqual(valuesOf(lines, "host"), ["a"]);
    assert.deepEqual(valuesOf(lines, "content-length"), ["0"]);
  });

  void it("have the app's own address as Host where pass_host is off", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port, options: { passHost: false } });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.1\r\nHost: public.test\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    assert.match(app.heard[0]!, new RegExp(`^host: 127\\.0\\.0\\.1:${app.port}\r$`, "imu"));
    assert.match(app.heard[0]!, /^X-Forwarded-Host: public\.test\r$/mu);
  });
});

describe("what is forwarded about the client", () => {
  const FORGED = [
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-For: 7.7.7.7",
    "X-Forwarded-Host: evil.test",
    "X-Forwarded-Proto: https",
    "X-Real-IP: 6.6.6.6",
  ];
  const request = ["GET / HTTP/1.1", "Host: a.test", ...FORGED];

  void it("is ours alone when the peer is a stranger", async (t) => {
    const lines = await seenByApp(t, request.join("\r\n"));
    assert.deepEqual(valuesOf(lines, "x-forwarded-for"), ["127.0.0.1"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-host"), ["a.test"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-proto"), ["http"]);
    assert.deepEqual(valuesOf(lines, "x-real-ip"), ["127.0.0.1"]);
  });

  void it("is what a trusted peer sends, with its own address appended", async (t) => {
    const lines = await seenByApp(t, [...request, "X-Forwarded-Port: 8443", "Forwarded: for=6.6.6.6"].join("\r\n"), {
      isTrusted: (address) => address === "127.0.0.1",
    });
    assert.deepEqual(valuesOf(lines, "x-forwarded-for"), ["6.6.6.6, 7.7.7.7, 127.0.0.1"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-host"), ["evil.test"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-proto"), ["https"]);
    assert.deepEqual(valuesOf(lines, "x-real-ip"), ["6.6.6.6"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-port"), ["8443"]);
    assert.deepEqual(valuesOf(lines, "forwarded"), ["for=6.6.6.6"]);
  });

  void it("is completed from what a trusted peer sends: the client is that peer's client", async (t) => {
    const lines = await seenByApp(t, "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 6.6.6.6, 7.7.7.7", {
      isTrusted: () => true,
    });
    assert.deepEqual(valuesOf(lines, "x-real-ip"), ["7.7.7.7"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-host"), ["a.test"]);
    assert.deepEqual(valuesOf(lines, "x-forwarded-proto"), ["http"]);
  });

  for (const trusted of [false, true]) {
    void it(`is not lost when Connection names it (peer ${trusted ? "trusted" : "a stranger"})`, async (t) => {
      const nominated = "Connection: X-Forwarded-For, X-Real-IP, X-Forwarded-Host, X-Forwarded-Proto";
      const lines = await seenByApp(t, [...request, nominated].join("\r\n"), { isTrusted: () => trusted });
      assert.deepEqual(valuesOf(lines, "x-forwarded-for"), ["127.0.0.1"]);
      assert.deepEqual(valuesOf(lines, "x-real-ip"), ["127.0.0.1"]);
      assert.deepEqual(valuesOf(lines, "x-forwarded-host"), ["a.test"]);
      assert.deepEqual(valuesOf(lines, "x-forwarded-proto"), ["http"]);
    });
  }

  void it("names an IPv4 peer of a dual-stack listener as IPv4", async (t) => {
    const asked: string[] = [];
    const isTrusted = (address: string): boolean => asked.push(address) === 0;
    const lines = await seenByApp(t, "GET / HTTP/1.1\r\nHost: a", { listen: "::", isTrusted });
    assert.deepEqual(valuesOf(lines, "x-forwarded-for"), ["127.0.0.1"]);
    assert.deepEqual(asked, ["127.0.0.1"]);
  });

  void it("names an IPv6 peer as such", async (t) => {
    const lines = await seenByApp(t, "GET / HTTP/1.1\r\nHost: a", { listen: "::1" }, "::1");
    assert.deepEqual(valuesOf(lines, "x-forwarded-for"), ["::1"]);
  });
});

describe("an answer's headers on their way to the client", () => {
  void it("keep order, letter case, duplicates, the reason and bytes beyond ASCII", async (t) => {
    const sent = [
      "Set-Cookie: a=1; Path=/",
      "x-lower-UPPER: v",
      "Set-Cookie: b=2",
      "Date: Thu, 01 Jan 1970 00:00:00 GMT",
      "SET-COOKIE: c=3",
      "Location: /caf\u00e9",
      "X_Under: 1",
      'Content-Disposition: attachment; filename="\u00fcber.pdf"',
      "Proxy-Authenticate: Basic",
      "X-Gateway-Of-The-App: kept",
    ];
    const lines = await seenByClient(t, ["HTTP/1.1 299 Quite \u00fcnusual", ...sent].join("\r\n"));
    assert.deepEqual(lines.slice(1, 1 + sent.length), sent);
    assert.match(lines[0]!, /^HTTP\/1\.1 299 /u);
  });

  void it("lose what was meant for the connection, and what Connection names", async (t) => {
    const lines = await seenByClient(
      t,
      [
        "HTTP/1.1 200 OK",
        "Connection: X-Hop, keep-alive, Content-Length",
        "X-Hop: 1",
        "x-hop: 2",
        "Keep-Alive: timeout=7",
        "Proxy-Connection: close",
        "Upgrade: h2c",
        "X-Kept: 1",
      ].join("\r\n"),
    );
    assert.deepEqual(valuesOf(lines, "x-hop"), []);
    assert.deepEqual(valuesOf(lines, "keep-alive"), ["timeout=95"]);
    assert.deepEqual(valuesOf(lines, "proxy-connection"), []);
    assert.deepEqual(valuesOf(lines, "upgrade"), []);
    assert.deepEqual(valuesOf(lines, "x-kept"), ["1"]);
    assert.deepEqual(valuesOf(lines, "content-length"), ["2"]);
  });

  void it("gain a Date when the app sends none", async (t) => {
    assert.equal(valuesOf(await seenByClient(t, "HTTP/1.1 200 OK"), "date").length, 1);
  });

  void it("gain what the caller adds", async (t) => {
    const options = { passHost: true, extraHeaders: ["X-Gateway-Wake", "cold; dur=5", "Set-Cookie", "member=a"] };
    const lines = await seenByClient(t, "HTTP/1.1 200 OK\r\nSet-Cookie: app=1", { options });
    assert.deepEqual(valuesOf(lines, "x-gateway-wake"), ["cold; dur=5"]);
    assert.deepEqual(valuesOf(lines, "set-cookie"), ["app=1", "member=a"]);
  });
});

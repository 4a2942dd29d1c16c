import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFieldNames } from "./field-names.ts";
import { parseSimpleRequest, type SimpleRequest } from "./simple-request.ts";

const LINE = "GET /a?b=1 HTTP/1.1\r\n";
const HOST = "Host: app.test\r\n";

function read(head: string): SimpleRequest | "unsupported" | "incomplete" {
  return parseSimpleRequest(Buffer.from(head, "latin1"), createFieldNames());
}

/** What is read of a good head; `head` is without the empty line at its end. */
function parse(head: string): SimpleRequest {
  const request = read(`${head}\r\n`);
  assert.ok(typeof request !== "string", `${request as string}: ${JSON.stringify(head)}`);
  return request;
}

describe("a simple request", () => {
  void it("is read with what matters about it, and passes on the rest as it was sent", () => {
    const { ...request } = parse(
      `POST /a?b=%20 HTTP/1.1\r\nhOST:  app.test:80 \r\nUser-Agent:\tcurl\r\nX-App:1\r\nConnection: keep-alive\r\n` +
        `Cookie: a=b\r\ncookie: c=d\r\nX-Forwarded-For: 1.2.3.4\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n`,
    );
    assert.deepEqual(request, {
      line: "POST /a?b=%20 HTTP/1.1\r\n",
      method: "POST",
      target: "/a?b=%20",
      host: "app.test:80",
      passed:
        "User-Agent:\tcurl\r\nX-App:1\r\nCookie: a=b\r\ncookie: c=d\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n",
      claims: "X-Forwarded-For: 1.2.3.4\r\n",
      headBytes: 195,
      length: 5,
      hasLength: true,
      isLast: false,
      userAgent: "curl",
      accept: undefined,
      contentType: "text/plain",
      websocketKey: undefined,
      forwardedHost: undefined,
      forwardedUri: undefined,
    });
  });

  void it("of a front proxy is read with what that says of its client", () => {
    const request = parse(
      `${LINE}${HOST}X-Forwarded-Host: a.test\r\nx-forwarded-uri: /x\r\nAccept: text/event-stream\r\nSec-WebSocket-Key: k\r\n`,
    );
    assert.deepEqual(
      [request.forwardedHost, request.forwardedUri, request.accept, request.websocketKey],
      ["a.test", "/x", "text/event-stream", "k"],
    );
  });

  void it("says whether its connection is to end", () => {
    const last = (connection: string): boolean => parse(`${LINE}${HOST}Connection: ${connection}\r\n`).isLast;
    assert.deepEqual(["close", "Close", "keep-alive", "Keep-Alive"].map(last), [true, true, false, false]);
  });

  const dropped: readonly string[] = [
    "Keep-Alive: 5",
    "Proxy-Connection: keep-alive",
    "Trailer: X-Sum",
    "X-Gateway-Wake: 1",
    "x_gateway_wake: 1",
    "X-Forwarded-Prefix: /x",
    "x_forwarded_for: 1.2.3.4",
    "X-Real-IP: 1.2.3.4",
    "Forwarded: for=1.2.3.4",
  ];
  for (const line of dropped) {
    void it(`does not pass on ${line}`, () => {
      assert.equal(parse(`${LINE}A: 1\r\n${line}\r\n${HOST}B: 2\r\n`).passed, "A: 1\r\nB: 2\r\n");
    });
  }

  void it("is short as long as its head is not whole", () => {
    const whole = `${LINE}${HOST}X-App: 1\r\nConnection: close\r\n\r\n`;
    for (let size = 0; size < whole.length; size += 1)
      assert.equal(read(whole.slice(0, size)), "incomplete", `${size} bytes`);
    assert.equal(parse(whole.slice(0, -2)).headBytes, whole.length);
  });

  void it("ends where its head does, whatever follows", () => {
    const request = read(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 9000\r\n\r\nHost: other\r\n\r\n${"\0".repeat(9_000)}`,
    );
    assert.ok(typeof request !== "string");
    assert.deepEqual([request.host, request.length, request.headBytes], ["app.test", 9_000, 57]);
  });

  const unsupported: readonly (readonly [why: string, head: string])[] = [
    ["nothing", ""],
    ["no Host", `${LINE}A: 1\r\n`],
    ["two Hosts", `${LINE}${HOST}${HOST}`],
    ["HTTP/1.0", `GET / HTTP/1.0\r\n${HOST}`],
    ["a blank line first", `\r\n${LINE}${HOST}`],
    ["CONNECT", `CONNECT a:1 HTTP/1.1\r\n${HOST}`],
    ["a method of its own", `PURGE / HTTP/1.1\r\n${HOST}`],
    ["a method in lower case", `get / HTTP/1.1\r\n${HOST}`],
    ["absolute form", `GET http://a/ HTTP/1.1\r\n${HOST}`],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${HOST}`],
    ["a blank in the target", `GET /a b HTTP/1.1\r\n${HOST}`],
    ["two blanks", `GET  / HTTP/1.1\r\n${HOST}`],
    ["a byte above ASCII in the target", `GET /\xe4 HTTP/1.1\r\n${HOST}`],
    ["an upgrade", `${LINE}${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n`],
    ["Upgrade alone", `${LINE}${HOST}Upgrade: h2c\r\n`],
    ["a Connection that names a header", `${LINE}${HOST}Connection: close, X-A\r\n`],
    ["an empty Connection", `${LINE}${HOST}Connection:\r\n`],
    ["Expect", `${LINE}${HOST}Expect: 100-continue\r\n`],
    ["chunks", `${LINE}${HOST}Transfer-Encoding: chunked\r\n`],
    ["a length together with chunks", `${LINE}${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n`],
    ["TE", `${LINE}${HOST}TE: trailers\r\n`],
    ["two lengths", `${LINE}${HOST}Content-Length: 1\r\nContent-Length: 1\r\n`],
    ["a list of lengths", `${LINE}${HOST}Content-Length: 1, 1\r\n`],
    ["a negative length", `${LINE}${HOST}Content-Length: -1\r\n`],
    ["a length with a sign", `${LINE}${HOST}Content-Length: +1\r\n`],
    ["a length that begins with 0", `${LINE}${HOST}Content-Length: 010\r\n`],
    ["no length", `${LINE}${HOST}Content-Length:\r\n`],
    ["a hexadecimal length", `${LINE}${HOST}Content-Length: 0x1\r\n`],
    ["a blank before the colon", `${LINE}${HOST}Content-Length : 1\r\n`],
    ["a folded line", `${LINE}${HOST}A: 1\r\n 2\r\n`],
    ["a line without a colon", `${LINE}${HOST}A\r\n`],
    ["a line without a name", `${LINE}${HOST}: 1\r\n`],
    ["a bare line feed", `${LINE}${HOST}A: 1\nTransfer-Encoding: chunked\r\n`],
    ["a bare carriage return", `${LINE}${HOST}A: 1\rB: 2\r\n`],
    ["a null", `${LINE}${HOST}A: \0\r\n`],
    ["X-Forwarded-Host twice", `${LINE}${HOST}X-Forwarded-Host: a\r\nx-forwarded-host: b\r\n`],
    ["X-Forwarded-Uri twice", `${LINE}${HOST}X-Forwarded-Uri: /a\r\nX-Forwarded-Uri: /b\r\n`],
  ];
  for (const [why, head] of unsupported) {
    void it(`is not one with ${why}`, () => {
      assert.equal(read(`${head}\r\n`), "unsupported");
    });
  }
});

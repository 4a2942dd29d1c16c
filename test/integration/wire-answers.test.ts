import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { H, idsIn, startWireGateway, U } from "./wire-gateway.ts";
import { delivered } from "../support/delivered.ts";

/** One example of each way in which a response reaches a client. */
const WAYS = [
  ["a simple request", `GET /it${H}\r\n`],
  ["a request that node:http reads", `GET /it${H}TE: trailers\r\n\r\n`],
  ["a chunked upload", `POST /it${H}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`],
  ["a large upload", `POST /it${H}Content-Length: 200000\r\n\r\n${"y".repeat(200_000)}`],
  ["an upgrade that is declined", `GET /it${H}${U}\r\n`, "closes"],
] as const;

describe(
  "a whole answer is delivered, whatever comes behind it, and the client's connection goes on",
  {
    concurrency: 4,
  },
  () => {
    for (const [what, answer, expected] of [
      ["more bytes than its length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<it>more", /\r\n\r\n<it>$/u],
      ["another answer", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<it>HTTP/1.1 500 No\r\n\r\n", /\r\n\r\n<it>$/u],
      [
        "bytes behind the last chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<it>\r\n0\r\n\r\nmore",
        /<it>\r\n0\r\n\r\n$/u,
      ],
      [
        "a body behind a 304",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nmore",
        /^HTTP\/1\.1 304 [^]*\r\n\r\n$/u,
      ],
      ["a body behind a 204", "HTTP/1.1 204 No Content\r\n\r\nmore", /^HTTP\/1\.1 204 [^]*\r\n\r\n$/u],
      ["a reset", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<it>", /\r\n\r\n<it>$/u],
    ] as const) {
      for (const [way, request, after] of WAYS) {
        void it(`${what} (${way})`, async (t) => {
          const gateway = await startWireGateway(t, ({ path }, socket) => {
            if (path !== "/it") return undefined;
            if (what === "a reset") setImmediate(() => socket.resetAndDestroy());
            return answer;
          });
          const client = await gateway.client(request);
          const first = await client.until((text) => expected.test(text), "the answer");
          if (after === "closes") return void (await client.closed());
          for (let round = 1; round <= 3; round += 1) {
            client.write(`GET /next${round}${H}\r\n`);
            await client.until((text) => text.endsWith(`</next${round}>`), "the next answer");
          }
          return assert.deepEqual(idsIn(client.text().slice(first.length)), ["</next1>", "</next2>", "</next3>"]);
        });
      }
    }
  },
);

describe("an answer whose chunks are no chunks ends its client's connection at once", { concurrency: 4 }, () => {
  for (const [what, broken] of [
    ["half a line end behind the last chunk", "4\r\n<it>\r\n0\r\n\n"],
    ["half a line end in a trailer", "4\r\n<it>\r\n0\r\nA: b\n\n"],
    ["half a line end behind a size", "4\n<it>\r\n"],
    ["half a line end behind a chunk", "4\r\n<it>\n"],
    ["a trailer that is none", "4\r\n<it>\r\n0\r\nno trailer\r\n"],
  ] as const) {
    for (const [way, request] of WAYS) {
      void it(`${what} (${way})`, async (t) => {
        const gateway = await startWireGateway(
          t,
          () => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${broken}`,
        );
        const client = await gateway.client(request);
        assert.doesNotMatch(await client.closed(), /\r\n0\r\n\r\n$/u, "a cut answer must not look whole");
      });
    }
  }
});

describe("trailers that frame or route are dropped, and the others kept", { concurrency: 4 }, () => {
  for (const field of [
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Connection: close",
    "Host: b",
  ]) {
    for (const [way, request, after] of WAYS) {
      void it(`${field} (${way})`, async (t) => {
        const gateway = await startWireGateway(t, ({ path }) =>
          path === "/it"
            ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<it>\r\n0\r\n${field}\r\nX-Sum: 9\r\n\r\n`
            : undefined,
        );
        const client = await gateway.client(request);
        const text = await client.until((all) => all.endsWith("\r\n\r\n") && all.includes("<it>"), "the answer");
        assert.match(text, /<it>\r\n0\r\nX-Sum: 9\r\n\r\n$/u);
        if (after === "closes") return void (await client.closed());
        client.write(`GET /next${H}\r\n`);
        return void (await client.until((all) => all.endsWith("</next>"), "the next answer"));
      });
    }
  }
});

void it("an HTTP/1.0 client that half-closes during an answer does not take the part for the whole", async (t) => {
  const gateway = await startWireGateway(t, () => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<it>\r\n");
  const client = await gateway.client("GET /it HTTP/1.0\r\nHost: app.local\r\n\r\n");
  await client.until((text) => text.endsWith("<it>"));
  const broken = once(client.socket, "error") as Promise<[NodeJS.ErrnoException]>;
  client.socket.end();
  const [{ code }] = await broken;
  assert.equal(code, "ECONNRESET");
});

const UNENDED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<no>\r\n";
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ["/cut", `${UNENDED}no chunk\r\n`],
  ["/goes-on", UNENDED],
]);

describe("a complete response reaches a client that continues to send", { concurrency: 4 }, () => {
  for (const [way, ...requests] of [
    ["before the close that it requested", `GET /it${H}Connection: close\r\n\r\n`],
    ["before the close that it requested, by node:http", `GET /it${H}TE: trailers\r\nConnection: close\r\n\r\n`],
    ["before what is no request", `GET /it${H}\r\n\0\r\n\r\n`],
    ["before a version that is refused", `GET /it${H}\r\nGET /1 HTTP/0.9\r\nHost: app.local\r\n\r\nGET /2${H}\r\n`],
    ["before an upgrade is declined", `GET /it${H}${U}\r\n`],
    ["before an answer that breaks off", `GET /it${H}\r\n`, `GET /cut${H}\r\n`],
    ["before an answer that breaks off, by node:http", `GET /it${H}TE: trailers\r\n\r\n`, `GET /cut${H}\r\n`],
    ["before one to an upload that breaks off", `GET /it${H}\r\n`, `POST /cut${H}Content-Length: 200000\r\n\r\n`],
    ["before the end of its upload", `POST /it${H}Content-Length: 2000\r\n\r\n`],
    [
      "before a response that continues when its upload is broken",
      `GET /it${H}TE: trailers\r\n\r\n`,
      `POST /goes-on${H}Transfer-Encoding: chunked\r\n\r\n`,
    ],
  ] as const) {
    void it(way, async (t) => {
      const gateway = await startWireGateway(t, ({ path }) => ANSWERS.get(path), { isEarly: true });
      const client = await gateway.client();
      client.socket.pause();
      for (const [at, request] of requests.entries()) {
        client.write(request);
        await waitUntil(() => gateway.seen.length === at + 1, 5_000, "the request");
      }
      for (let at = 0; at < 10; at += 1) {
        client.write(`POST /more${H}Content-Length: 1000\r\n\r\n${"x".repeat(1_000)}`);
        await delivered();
      }
      client.socket.resume();
      assert.deepEqual(idsIn(await client.closed()).slice(0, 1), ["</it>"]);
      assert.equal(gateway.seen.length, requests.length);
    });
  }
});

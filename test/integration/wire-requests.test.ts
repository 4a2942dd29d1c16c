import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { H, H2C, idsIn, ok, startWireGateway, TE, U } from "./wire-gateway.ts";
import { delivered } from "../support/delivered.ts";

const INSIDE = `GET /INSIDE${H}\r\n`;

describe("bytes behind an upgrade that is not taken are read, each once", { concurrency: true }, () => {
  const body = (path: string): string => `POST ${path}${H}Content-Length: ${INSIDE.length}\r\n\r\n`;
  for (const [what, first, second, seen] of [
    [
      "a body of a length that is said",
      `POST /1${H}${U}Content-Length: 1\r\n\r\nA${body("/2")}`,
      INSIDE,
      ["POST /1 A", `POST /2 ${INSIDE}`],
    ],
    [
      "a chunked body",
      `POST /1${H}${U}Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\n0\r\n\r\n${body("/2")}`,
      INSIDE,
      ["POST /1 A", `POST /2 ${INSIDE}`],
    ],
    [
      "a body that comes in pieces",
      `POST /1${H}${U}Content-Length: 5\r\n\r\nAB`,
      `CDE${body("/2")}${INSIDE}`,
      ["POST /1 ABCDE", `POST /2 ${INSIDE}`],
    ],
    [
      "a whole request behind a body",
      `POST /1${H}${U}Content-Length: 1\r\n\r\nAGET /2${H}\r\n`,
      "",
      ["POST /1 A", "GET /2"],
    ],
    [
      "upgrades to HTTP/2 in the clear, one after the other",
      `GET /1${H}${H2C}\r\nPOST /2${H}${H2C}Content-Length: 1\r\n\r\nA${body("/3")}`,
      `${INSIDE}GET /4${H}${H2C}\r\n`,
      ["GET /1", "POST /2 A", `POST /3 ${INSIDE}`, "GET /4"],
    ],
    [
      "more than 2000 header lines before a length",
      `POST /1${H}${U}${"a:\r\n".repeat(2_500)}Content-Length: 1\r\n\r\nAGET /2${H}\r\n`,
      "",
      ["POST /1 A", "GET /2"],
    ],
  ] as const) {
    void it(what, async (t) => {
      const gateway = await startWireGateway(t);
      const client = await gateway.client(first);
      await waitUntil(() => gateway.seen.length > 0 || idsIn(client.text()).length > 0, 300).catch(() => undefined);
      client.write(second);
      const text = await client.until((all) => idsIn(all).length === seen.length, "the answers");
      assert.deepEqual(gateway.seen, seen);
      assert.deepEqual(
        idsIn(text),
        seen.map((request) => `<${request.split(" ")[1]}>`),
      );
      assert.doesNotMatch(text, /^connection: close/imu, "the connection is kept");
    });
  }

  void it("behind a request in progress, in its turn and order", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(
      `GET /slow${H}${TE}\r\nGET /u${H}${U}\r\nGET /slow3${H}${TE}\r\nPOST /4${H}${U}Content-Length: 1\r\n\r\nA${body("/5")}`,
    );
    await waitUntil(() => gateway.seen.length === 1);
    client.write(`${INSIDE}GET /6${H}\r\n`);
    gateway.release();
    await waitUntil(() => gateway.seen.includes("GET /slow3"), 5_000, "/slow3");
    gateway.release();
    const text = await client.until((all) => idsIn(all).length === 6, "the answers");
    assert.deepEqual(idsIn(text), ["</slow>", "</u>", "</slow3>", "</4>", "</5>", "</6>"]);
    // Those that follow each other so closely may overtake each other on their own connections to the app.
    assert.deepEqual(gateway.seen.slice(3).toSorted(), ["GET /6", "POST /4 A", `POST /5 ${INSIDE}`]);
  });

  void it("behind a large answer that its client reads slowly", async (t) => {
    const size = 8 * 1024 * 1024;
    const gateway = await startWireGateway(t, ({ path }) => (path === "/slow" ? ok("x".repeat(size)) : undefined));
    const client = await gateway.client(`GET /slow${H}${TE}\r\nGET /u${H}${U}\r\nGET /3${H}\r\n`);
    client.socket.pause();
    await waitUntil(() => gateway.seen.length === 1);
    gateway.release();
    await delivered();
    client.socket.resume();
    const text = await client.until((all) => all.endsWith("</3>"), "the last answer");
    assert.ok(text.length > size, "all of it");
    assert.deepEqual(idsIn(text), ["</u>", "</3>"]);
  });

  void it("and the app's request has neither the upgrade nor its settings", async (t) => {
    const heads: string[] = [];
    const gateway = await startWireGateway(t, ({ head }) => void heads.push(head));
    const client = await gateway.client(`GET /1${H}${H2C}Accept: a/b\r\n\r\n`);
    await client.until((all) => all.endsWith("</1>"));
    assert.doesNotMatch(heads[0] ?? "", /upgrade|http2-settings/iu);
    assert.match(heads[0] ?? "", /\r\nAccept: a\/b\r\n/u);
  });

  void it("an upgrade that the app takes gets them, after it has agreed", async (t) => {
    const gateway = await startWireGateway(t, ({ head }, socket) => {
      if (!/^upgrade: x\r$/imu.test(head)) return undefined;
      socket.removeAllListeners("data");
      socket.on("data", (bytes: Buffer) => void socket.write(`[${bytes.toString("latin1")}]`));
      return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
    });
    const client = await gateway.client(`GET /1${H}${TE}\r\n`);
    await client.until((all) => all.endsWith("</1>"));
    client.write(`GET /2${H}${U}\r\nGET /not-http${H}\r\n`);
    const text = await client.until((all) => all.endsWith("\r\n\r\n]"), "the echo");
    assert.match(text, /<\/1>HTTP\/1\.1 101 (?:.*\r\n)+\r\n\[GET \/not-http/u);
  });
});

describe("one request gets one answer", { concurrency: true }, () => {
  void it("also where its body breaks off after it was refused", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(
      "POST /5 HTTP/1.1\r\nHost: nobody.local\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    );
    await client.until((text) => text.includes("404"));
    client.write("loXX\r\n");
    assert.deepEqual((await client.closed()).match(/HTTP\/1\.1 \d+/gu), ["HTTP/1.1 404"]);
  });

  for (const [what, behind] of [
    ["what is no request", "\0\r\n\r\n"],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
    ["a request with two lengths", `POST /2${H}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
  ] as const) {
    void it(`${what}, behind good requests in progress, costs them nothing`, async (t) => {
      const gateway = await startWireGateway(t);
      const client = await gateway.client(`GET /slow1${H}${TE}\r\nGET /slow2${H}${TE}\r\n${behind}`);
      await waitUntil(() => gateway.seen.length === 2, 5_000, "both");
      client.write(`GET /never${H}\r\n`);
      gateway.release();
      const text = await client.closed();
      assert.deepEqual(idsIn(text), ["</slow1>", "</slow2>"]);
      assert.match(text, /<\/slow2>HTTP\/1\.1 400 [\w-]+\r\nConnection: close\r\n\r\n$/u);
      assert.equal(gateway.seen.length, 2);
    });
  }

  void it("a broken body of the last of several costs those before it nothing", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(
      `GET /slow1${H}${TE}\r\nPOST /2${H}Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\nzz\r\n`,
    );
    await waitUntil(() => gateway.seen.length > 0);
    gateway.release();
    const text = await client.closed();
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/gu), ["HTTP/1.1 200", "HTTP/1.1 400"]);
    assert.deepEqual(idsIn(text), ["</slow1>"]);
  });
});

describe("a pipelined answer that the app cuts", { concurrency: true }, () => {
  for (const [what, cut] of [
    ["in its body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfour"],
    ["in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nfour"],
  ] as const) {
    for (const method of ["GET", "POST"] as const) {
      void it(`${what} ends the connection, after the answers before it (${method})`, async (t) => {
        const gateway = await startWireGateway(t, ({ path }, socket) => {
          if (path !== "/cut") return undefined;
          setImmediate(() => socket.end());
          return cut;
        });
        const chunked = method === "POST" ? "Transfer-Encoding: chunked\r\n\r\n0\r\n" : "";
        const client = await gateway.client(`GET /slow${H}${TE}\r\n${method} /cut${H}${chunked}\r\nGET /3${H}\r\n`);
        await waitUntil(() => gateway.seen.some((request) => request.includes("/cut")), 5_000, "/cut");
        await delivered();
        gateway.release();
        assert.deepEqual(idsIn(await client.closed()).slice(0, 1), ["</slow>"]);
        assert.doesNotMatch(client.text(), /<\/3>/u);
      });
    }
  }
});

describe("a version of HTTP that is not spoken here", { concurrency: true }, () => {
  for (const version of ["HTTP/2.0", "HTTP/0.9", "HTTP/3.0", "HTTP/1.2"]) {
    for (const [what, fields] of [
      ["a request", ""],
      ["an upgrade", U],
      ["a body", "Content-Length: 1\r\n"],
    ] as const) {
      void it(`${version}: is refused (${what})`, async (t) => {
        const gateway = await startWireGateway(t);
        const client = await gateway.client(`GET / ${version}\r\nHost: app.local\r\n${fields}\r\n`);
        assert.match(await client.closed(), /^HTTP\/1\.1 (?:400|505) /u);
        assert.deepEqual(gateway.seen, []);
      });
    }
  }
});

void it("a client that reset right after its request is forwarded with the right address, or not at all", async (t) => {
  const heads: string[] = [];
  const gateway = await startWireGateway(t, ({ head }) => void heads.push(head));
  for (const bytes of [
    `POST /post${H}Content-Length: 1\r\n\r\nA`,
    `GET /get${H}\r\n`,
    `GET /te${H}${TE}\r\n`,
    `POST /chunked${H}Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\n0\r\n\r\n`,
    `GET /up${H}${U}\r\n`,
  ]) {
    for (let round = 0; round < 10; round += 1) {
      const client = await gateway.client(bytes);
      client.socket.resetAndDestroy();
    }
  }
  const last = await gateway.client(`GET /last${H}\r\n`);
  await last.until((text) => text.endsWith("</last>"));
  for (const head of heads) assert.match(head, /^X-Forwarded-For: 127\.0\.0\.1\r$/mu);
});

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { H, H2C, idsIn, ok, startWireGateway, TE, U } from "./wire-gateway.ts";
import { delivered } from "../support/delivered.ts";

describe("behind pipelined requests whose answers take their time", { concurrency: true }, () => {
  const cut = ({ path }: { path: string }, socket: Socket): string | undefined => {
    if (path !== "/cut") return undefined;
    setImmediate(() => socket.end());
    return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfour";
  };
  for (const [what, last] of [
    ["an ignored upgrade", `GET /3${H}${H2C}\r\n`],
    ["an ignored upgrade with a body", `POST /3${H}${U}Content-Length: 1\r\n\r\na`],
    ["an upgrade", `GET /3${H}${U}\r\n`],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
    ["what is no request", "\0\r\n\r\n"],
    ["an unknown coding", `POST /3${H}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
  ] as const) {
    for (const [how, middle] of [
      ["one that is cut", `GET /cut${H}\r\n`],
      ["a whole one", `GET /2${H}\r\n`],
    ] as const) {
      void it(`${what} waits for its turn (${how} before it)`, async (t) => {
        const gateway = await startWireGateway(t, cut);
        const client = await gateway.client(`GET /slow${H}${TE}\r\n${middle}${last}`);
        await waitUntil(() => gateway.seen.some((request) => /\/(?:cut|2)/u.test(request)), 5_000, "the second");
        await delivered();
        assert.equal(client.text(), "", "nothing comes before its turn");
        gateway.release();
        await client.until((all) => all.includes("</slow>"));
        const ids = how === "a whole one" ? ["</slow>", "</2>"] : ["</slow>"];
        await waitUntil(() => idsIn(client.text()).length >= ids.length);
        assert.deepEqual(idsIn(client.text()).slice(0, ids.length), ids);
        if (how !== "a whole one") assert.doesNotMatch(await client.closed(), /\/3|HTTP\/1\.1 4/u);
      });
    }
  }

  for (const request of [
    `POST /1${H}${U}Content-Length: 129696\r\n\r\n${"a".repeat(129_696)}`,
    `POST /1${H}${U}Content-Length: 5\r\n\r\nab`,
    `POST /1${H}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /2${H}${U}\r\n`,
  ]) {
    void it(`a client's end closes the connection (${request.slice(0, 80).replaceAll("\r\n", " ")})`, async (t) => {
      const gateway = await startWireGateway(t);
      const client = await gateway.client(request);
      if (request.endsWith("ab")) client.write("cde");
      await client.until((all) => idsIn(all).length === (request.includes("GET /2") ? 2 : 1));
      client.socket.end();
      await client.closed();
    });
  }

  for (const upgrade of [`GET /1${H}${H2C}\r\n`, `POST /1${H}${U}Content-Length: 1\r\n\r\na`]) {
    void it(`a body sent behind an ignored upgrade costs nobody anything (${upgrade.slice(0, 4).trim()})`, async (t) => {
      const gateway = await startWireGateway(t);
      const body = "b".repeat(9_000);
      const client = await gateway.client(`GET /slow${H}\r\n`);
      await waitUntil(() => gateway.seen.length === 1);
      client.write(`${upgrade}POST /2${H}Content-Length: ${body.length}\r\n\r\n${body}`);
      gateway.release();
      await client.until((all) => idsIn(all).length === 3);
      client.write(`GET /3${H}\r\n`);
      await client.until((all) => idsIn(all).length === 4);
      assert.deepEqual(gateway.seen.slice(2), [`POST /2 ${body}`, "GET /3"]);
    });
  }

  void it("a large body that waits for its turn is read to its end", async (t) => {
    const gateway = await startWireGateway(t);
    const body = `GET /INSIDE${H}\r\n`.repeat(8_000);
    const client = await gateway.client(
      `GET /1${H}\r\nGET /2${H}\r\nPOST /3${H}${U}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const text = await client.until((all) => all.includes("</3>"), "the last answer");
    assert.deepEqual(idsIn(text), ["</1>", "</2>", "</3>"]);
    assert.deepEqual(gateway.seen, ["GET /1", "GET /2", `POST /3 ${body}`]);
  });

  void it("100 Continue is not sent into the answer that it belongs to", async (t) => {
    const gateway = await startWireGateway(t, ({ path }) => (path === "/1" ? ok("z".repeat(150_000)) : undefined));
    const client = await gateway.client(
      `GET /slow${H}${TE}\r\nPOST /1${H}Expect: 100-continue\r\nContent-Length: 1\r\n\r\na`,
    );
    await waitUntil(() => gateway.seen.length === 2, 5_000, "both");
    await delivered();
    gateway.release();
    const text = await client.until((all) => all.endsWith("zzz"), "the answer");
    assert.doesNotMatch(text.slice(text.lastIndexOf("HTTP/1.1 200")), /100 Continue/u);
  });
});

describe("what one connection asks at once is bounded", () => {
  void it("the app gets a few of its requests, the others in their turn", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(Array.from({ length: 60 }, (_, at) => `GET /slow${at}${H}${TE}\r\n`).join(""));
    await waitUntil(() => gateway.seen.length >= 16, 5_000, "the first");
    while (idsIn(client.text()).length < 60) {
      const answered = idsIn(client.text()).length;
      assert.ok(gateway.seen.length - answered <= 16, `${gateway.seen.length} asked, ${answered} answered`);
      gateway.release();
      await waitUntil(() => idsIn(client.text()).length > answered, 5_000, "the next answer");
    }
    assert.deepEqual(
      idsIn(client.text()),
      Array.from({ length: 60 }, (_, at) => `</slow${at}>`),
    );
  });

  void it("more than a thousand end the connection behind the answers to those before", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(`GET /1${H}${TE}\r\n`.repeat(5_000));
    await waitUntil(() => client.socket.readableEnded, 30_000, "the end of the connection");
    const answered = idsIn(client.text()).length;
    assert.ok(answered >= 1_000 && answered < 2_000, String(answered));
    assert.equal(gateway.seen.length, answered);
  });
});

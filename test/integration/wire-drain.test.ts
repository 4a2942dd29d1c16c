import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { elapse } from "../support/real-time.ts";
import { waitUntil } from "../support/wait-until.ts";
import { H, startWireGateway, U } from "./wire-gateway.ts";

/** By then node:http reads what is not complete; and a second packet may still come. */
const HANDED_OVER_MS = 50;

describe("when the gateway ends", { concurrency: true }, () => {
  for (const [what, bytes] of [
    ["that has asked nothing", ""],
    ["with half a request line", "GE"],
    ["with half a head", `GET /half${H}`],
    ["with half a head behind an answer", `GET /1${H}\r\nGET /half${H}`],
    ["with half an upgrade behind an answer", `GET /1${H}TE: trailers\r\n\r\nGET /half${H}${U}`],
    ["that was answered by node:http", `GET /1${H}TE: trailers\r\n\r\n`],
  ] as const) {
    void it(`a connection ${what} does not keep it`, async (t) => {
      const gateway = await startWireGateway(t);
      const client = await gateway.client(bytes);
      if (bytes.startsWith("GET /1 ")) await client.until((text) => text.endsWith("</1>"));
      await elapse(HANDED_OVER_MS);
      const since = performance.now();
      await gateway.server.drain(15_000);
      assert.ok(performance.now() - since < 10_000, `${performance.now() - since} ms`);
    });
  }

  for (const [what, path] of [
    ["a simple request", `GET /slow${H}\r\n`],
    ["a request that node:http reads", `GET /slow${H}TE: trailers\r\n\r\n`],
    ["an upload", `POST /slow${H}Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\n`],
    ["an upgrade behind an answer", `GET /slow${H}TE: trailers\r\n\r\nGET /u${H}${U}\r\n`],
  ] as const) {
    void it(`${what} that is in progress gets its answer`, async (t) => {
      const gateway = await startWireGateway(t);
      const client = await gateway.client(path);
      await waitUntil(() => path.startsWith("POST") || gateway.seen.length > 0, 5_000, "the request");
      await elapse(HANDED_OVER_MS);
      const drained = gateway.server.drain(15_000);
      await elapse(400); // longer than half a head may take to be continued
      if (path.startsWith("POST")) client.write("0\r\n\r\n");
      await waitUntil(() => gateway.seen.length > 0, 5_000, "the request");
      gateway.release();
      assert.match(await client.closed(), /<\/slow>/u);
      await drained;
    });
  }

  void it("a request whose second packet arrives a moment later is answered", async (t) => {
    const gateway = await startWireGateway(t);
    const client = await gateway.client(`GET /1${H}`);
    await elapse(HANDED_OVER_MS);
    const drained = gateway.server.drain(15_000);
    await turn(); // no longer, because on a busy machine half a head may be given up by then
    client.write("\r\n");
    await client.until((text) => text.endsWith("</1>"));
    await drained;
  });
});

void it("half a head lives a minute, give or take 5 s, wherever it is read", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const gateway = await startWireGateway(t);
  const silent = await gateway.client();
  await elapse(HANDED_OVER_MS);
  t.mock.timers.tick(55_000);
  assert.equal(silent.text(), "");
  t.mock.timers.tick(10_000);
  assert.match(await silent.closed(), /request-timeout/u);
  const { SERVER_OPTIONS } = await import("../../src/http1/server-options.ts");
  assert.ok((SERVER_OPTIONS.connectionsCheckingInterval ?? 30_000) <= 5_000, "node:http looks often enough");
  assert.equal(SERVER_OPTIONS.headersTimeout, 60_000);
});

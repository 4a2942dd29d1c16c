import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { reportResets } from "../../src/http1/node-internals.ts";
import type { RawClient } from "./proxy-fixture.ts";
import { H, startWireGateway, U } from "./wire-gateway.ts";

const SWITCHED = `HTTP/1.1 101 Switching Protocols\r\n${U}\r\n`;

describe("what an app breaks off with a reset does not pass for whole", { concurrency: 4 }, () => {
  for (const [what, answer] of [
    ["an answer that ends with its connection", "HTTP/1.1 200 OK\r\n\r\n<it>"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<it>\r\n"],
    [
      "chunks without the end of their trailers",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<it>\r\n0\r\n",
    ],
  ] as const) {
    for (const [way, request] of [
      ["a simple request", `GET /it${H}\r\n`],
      ["a request that node:http reads", `GET /it${H}TE: trailers\r\n\r\n`],
      ["a chunked upload", `POST /it${H}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`],
      ["an upgrade that is declined", `GET /it${H}${U}\r\n`],
    ] as const) {
      void it(`${what} (${way})`, async (t) => {
        const gateway = await startWireGateway(t, (_request, socket) => thenReset(socket, answer));
        const client = await gateway.client(request);
        assert.doesNotMatch(await client.closed(), /\r\n0\r\n\r\n$/u);
      });
    }
    void it(`${what} (HTTP/1.0, where only a reset tells)`, async (t) => {
      const gateway = await startWireGateway(t, (_request, socket) => thenReset(socket, answer));
      const client = await resettable(gateway.client());
      client.write("GET /it HTTP/1.0\r\nHost: app.local\r\n\r\n");
      await isReset(client.socket);
      assert.match(client.text(), /^HTTP\/1\.1 200 /u);
    });
  }
});

describe("a reset behind the last bytes of a tunnel arrives as a reset", { concurrency: true }, () => {
  async function tunnel(t: TestContext): Promise<{ readonly client: RawClient; readonly app: Socket }> {
    let app: Socket | undefined;
    const gateway = await startWireGateway(t, (_request, socket) => {
      app = reportResets(socket);
      return SWITCHED;
    });
    const client = await resettable(gateway.client(`GET /it${H}${U}\r\n`));
    await client.until((text) => text.endsWith("\r\n\r\n"), "the 101");
    assert.ok(app);
    return { client, app };
  }

  void it("from the app", async (t) => {
    const { client, app } = await tunnel(t);
    thenReset(app, "the last bytes");
    app.write("the last bytes");
    await isReset(client.socket);
  });

  void it("from the client", async (t) => {
    const { client, app } = await tunnel(t);
    thenReset(client.socket, "");
    client.write("the last bytes");
    await isReset(app);
  });
});

/** The reset follows the bytes so soon that both are read at once. */
function thenReset(socket: Socket, bytes: string): string {
  setImmediate(() => socket.resetAndDestroy());
  return bytes;
}

async function resettable(opening: Promise<RawClient>): Promise<RawClient> {
  const client = await opening;
  reportResets(client.socket);
  return client;
}

async function isReset(socket: Socket): Promise<void> {
  socket.on("end", () => socket.destroy(new Error("it was an end")));
  const [{ code }] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  assert.equal(code, "ECONNRESET");
}

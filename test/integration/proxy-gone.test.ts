import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { answering, rawClient, READ_BY_NODE, startApp, startProxy, startRawApp } from "./proxy-fixture.ts";
import { startDeafApp } from "../support/deaf-app.ts";
import { BIG, CHUNKED, GET, ODD_GET, WAYS } from "./proxy-ways.ts";
import { delivered } from "../support/delivered.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("aborted: the client left, and the app notices at once", { concurrency: 8 }, () => {
  const stages: readonly (readonly [stage: string, request: string, answer: string, status: number])[] = [
    ["before the answer", GET, "", 0],
    ["in the middle of the answer", GET, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart", 200],
    ["before the answer to an upload", CHUNKED, "", 0],
    ["in the middle of an upload", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\npart", "", 0],
    [
      "in the middle of a chunked one",
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
      "",
      0,
    ],
    [
      "in the middle of both",
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\npart",
      "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart",
      200,
    ],
  ];
  for (const [stage, request, answer, status] of stages) {
    for (const leave of ["destroy", "resetAndDestroy"] as const) {
      void it(`${stage} (${leave})`, async (t) => {
        const closed: Socket[] = [];
        const app = await startRawApp(t, (socket) => {
          socket.once("data", () => socket.write(answer));
          socket.on("end", () => socket.end());
          socket.on("close", () => closed.push(socket));
        });
        const proxy = await startProxy(t, { upstream: app.port });
        const client = await rawClient(t, proxy.port, request);
        await waitUntil(() => app.heard[0]?.includes("\r\n\r\n"));
        if (answer !== "") await client.until((text) => text.endsWith("part"));
        client.socket[leave]();
        assert.deepEqual(await proxy.ended(1), [{ kind: "aborted", status }]);
        await waitUntil(() => closed.length === 1, 2_000, "the end of the app's connection");
      });
    }
  }

  // node:http, which reads what is not there after 10 ms, passes a head on at once.
  if (process.env[READ_BY_NODE] === undefined) {
    void it("while its small body was awaited: the app hears nothing of it", async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const app = await startRawApp(t, answering(OK));
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
      await delivered();
      assert.equal(await proxy.clients(), 1);
      client.socket.resetAndDestroy();
      await delivered();
      assert.equal(await proxy.clients(), 0);
      assert.deepEqual(app.heard, []);
      await proxy.forwarder.close(); // nothing is in progress any more
    });
  }

  // A big body fills what may be buffered; nobody reads on then, and a reset is seen by readers only.
  for (const [way, request] of WAYS.filter(([, , body]) => body !== BIG)) {
    void it(`while there was no connection yet (${way})`, async (t) => {
      const proxy = await startProxy(t, { upstream: await startDeafApp(t) });
      const client = await rawClient(t, proxy.port, request);
      await waitUntil(async () => (await proxy.clients()) === 1);
      await delivered();
      client.socket.resetAndDestroy();
      assert.deepEqual(await proxy.ended(1), [{ kind: "aborted", status: 0 }]);
    });
  }

  void it("with requests that it had sent ahead: each of them", async (t) => {
    const app = await startApp(t, () => {});
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, ODD_GET + GET + GET);
    await waitUntil(() => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count === 3))));
    client.socket.destroy();
    const gone = { kind: "aborted", status: 0 };
    assert.deepEqual(await proxy.ended(3), [gone, gone, gone]);
    await waitUntil(() => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count === 0))));
  });
});

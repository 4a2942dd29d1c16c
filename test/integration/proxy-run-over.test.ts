import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { elapse } from "../support/real-time.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startDeafApp } from "../support/deaf-app.ts";
import { answering, rawClient, startProxy, startRawApp } from "./proxy-fixture.ts";
import { GET, WAYS } from "./proxy-ways.ts";
import { delivered } from "../support/delivered.ts";

const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
const REFUSED = { kind: "refused" };
const RESET = { kind: "failed", code: "upstream-reset" };

/** An app whose network has gone: it has all that was sent and says nothing, not even that its connections have ended. */
describe("run over: what nobody will answer any more ends soon", { concurrency: 8 }, () => {
  for (const [way, request] of [...WAYS, ["an upgrade", UPGRADE]] as const) {
    const mayBeRepeated = way.endsWith("GET");
    void it(`${way} ${mayBeRepeated ? "may be sent to the next run" : "is answered with 502"}`, async (t) => {
      const app = await startRawApp(t, () => {});
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, request);
      await waitUntil(() => app.heard[0]?.includes("\r\n\r\n"));
      proxy.forwarder.endWithRun(proxy.to);
      assert.deepEqual(await proxy.ended(1), [mayBeRepeated ? REFUSED : RESET]);
      await client.until((text) => text.startsWith("HTTP/1.1 502"));
    });
  }

  void it("what was not sent yet goes to the next run, whatever it is", async (t) => {
    const proxy = await startProxy(t, { upstream: await startDeafApp(t) });
    for (const [, request] of WAYS) await rawClient(t, proxy.port, request);
    await waitUntil(async () => (await proxy.clients()) === WAYS.length);
    await delivered();
    proxy.forwarder.endWithRun(proxy.to);
    assert.deepEqual(
      await proxy.ended(WAYS.length),
      WAYS.map(() => REFUSED),
    );
  });

  void it("an answer that had begun is cut, a tunnel broken", async (t) => {
    const part = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart";
    const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
    const app = await startRawApp(t, (socket) => {
      socket.once("data", (head) => socket.write(head.includes("Upgrade") ? switched : part));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const clients = await Promise.all([GET, UPGRADE].map((request) => rawClient(t, proxy.port, request)));
    await clients[0]?.until((text) => text.endsWith("part"));
    await clients[1]?.until((text) => text.includes("101"));
    proxy.forwarder.endWithRun(proxy.to);
    await Promise.all(clients.map((client) => client.closed()));
    assert.deepEqual((await proxy.ended(2)).map(({ kind }) => kind).toSorted(), ["cut", "done"]);
  });

  void it("what it had sent before its end is delivered whole to a slow client", async (t) => {
    const body = "x".repeat(3_000_000);
    const app = await startRawApp(
      t,
      answering(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`),
    );
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    client.socket.pause();
    client.write(GET);
    await waitUntil(() => app.heard[0]?.includes("\r\n\r\n"));
    proxy.forwarder.endWithRun(proxy.to);
    await elapse(2_500); // a silent connection is broken sooner
    client.socket.resume();
    await client.until((text) => text.length > body.length);
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 200 }]);
  });
});

import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { answering, rawClient, startApp, startProxy, startRawApp } from "./proxy-fixture.ts";
import { delivered } from "../support/delivered.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const request = (method: string, body = ""): string =>
  `${method} / HTTP/1.1\r\nHost: a\r\n${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

/** An app that closes a kept connection just when the second request arrives on it: what every keep-alive client fears. */
function closingOnReuse(socket: {
  on(event: "data", listener: () => void): unknown;
  write(bytes: string): unknown;
  destroy(): unknown;
}): void {
  let asked = 0;
  socket.on("data", () => void (asked++ === 0 ? socket.write(OK) : socket.destroy()));
}

describe("connections to the app", { concurrency: 8 }, () => {
  void it("are used again, one request at a time", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    for (let turn = 1; turn <= 5; turn += 1) {
      client.write(request("GET"));
      await proxy.ended(turn);
    }
    assert.equal(app.sockets.length, 1);
    assert.equal(app.heard[0]!.split("GET /").length - 1, 5);
  });

  for (const [method, body] of [
    ["GET", ""],
    ["HEAD", ""],
    ["OPTIONS", ""],
    ["DELETE", ""],
    ["PUT", "hello"],
  ] as const) {
    void it(`${method} is asked again, once, on a new one when a kept one turns out to be closed`, async (t) => {
      const app = await startRawApp(t, closingOnReuse);
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, request("GET"));
      await proxy.ended(1);
      client.write(request(method, body));
      await proxy.ended(2);
      assert.deepEqual(proxy.outcomes[1], { kind: "done", status: 200 });
      assert.equal(app.sockets.length, 2);
      assert.ok(app.heard[1]!.startsWith(method));
      assert.ok(app.heard[1]!.endsWith(body));
    });
  }

  for (const method of ["POST", "PATCH"]) {
    void it(`${method} is not: the app may have seen it`, async (t) => {
      const app = await startRawApp(t, closingOnReuse);
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, request("GET"));
      await proxy.ended(1);
      client.write(request(method, "hello"));
      await proxy.ended(2);
      assert.deepEqual(proxy.outcomes[1], { kind: "failed", code: "upstream-reset" });
      assert.equal(app.sockets.length, 1);
    });
  }

  void it("a request that fails on a new one too is not sent a third time", async (t) => {
    let asked = 0;
    const app = await startRawApp(t, (socket) =>
      socket.on("data", () => (asked++ === 0 ? socket.write(OK) : socket.destroy())),
    );
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await proxy.ended(1);
    client.write(request("GET"));
    await proxy.ended(2);
    assert.deepEqual(proxy.outcomes[1], { kind: "failed", code: "upstream-reset" });
    assert.equal(asked, 3);
  });

  void it("nothing is sent again after the response has begun", async (t) => {
    let asked = 0;
    const app = await startRawApp(t, (socket) => {
      socket.on("data", () => (asked++ === 0 ? socket.write(OK) : socket.end("HTTP/1.1 103 Early Hints\r\n\r\n")));
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await proxy.ended(1);
    client.write(request("GET"));
    await proxy.ended(2);
    assert.equal(proxy.outcomes[1]!.kind, "failed");
    assert.equal(asked, 2);
  });

  void it("one that the app closes while it idles is noticed, and costs nothing", async (t) => {
    const app = await startRawApp(t, answering(OK));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await proxy.ended(1);
    app.sockets[0]!.end();
    await delivered();
    client.write(request("POST", "hello"));
    await proxy.ended(2);
    assert.deepEqual(proxy.outcomes[1], { kind: "done", status: 200 });
  });

  void it("`Connection: close` of the app is obeyed", async (t) => {
    const app = await startRawApp(t, answering(OK.replace("\r\n", "\r\nConnection: close\r\n")));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await proxy.ended(1);
    client.write(request("POST", "hello"));
    await proxy.ended(2);
    assert.deepEqual(proxy.outcomes[1], { kind: "done", status: 200 });
    assert.equal(app.sockets.length, 2);
  });

  for (const [hint, min, max] of [
    ["", 3_000, 6_000],
    ["Keep-Alive: timeout=2\r\n", 500, 2_000],
    ["Keep-Alive: timeout=100\r\n", 3_000, 6_000],
  ] as const) {
    void it(`idle for 4 s they are closed, or sooner if the app says so: ${JSON.stringify(hint)}`, async (t) => {
      let closedMs = 0;
      const app = await startRawApp(t, (socket, heard) => {
        answering(OK.replace("\r\n", `\r\n${hint}`))(socket, heard);
        socket.on("end", () => void (closedMs = performance.now()));
      });
      const proxy = await startProxy(t, { upstream: app.port });
      await rawClient(t, proxy.port, request("GET"));
      await proxy.ended(1);
      const began = performance.now();
      await waitUntil(() => closedMs > 0);
      assert.ok(closedMs - began > min && closedMs - began < max, `${closedMs - began} ms`);
    });
  }

  void it("many at once are as many as it takes, and none is left when they are released", async (t) => {
    const held: ServerResponse[] = [];
    const app = await startApp(t, (_req, res) => void held.push(res));
    const open = (): Promise<number> =>
      new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
    const proxy = await startProxy(t, { upstream: app.port });
    for (let turn = 0; turn < 100; turn += 1) await rawClient(t, proxy.port, request("GET"));
    await waitUntil(() => held.length === 100, 10_000, "a hundred requests at the app");
    assert.equal(await open(), 100);
    for (const res of held) res.end("ok");
    await proxy.ended(100);
    proxy.forwarder.release(proxy.to);
    await waitUntil(async () => (await open()) === 0, 2_000, "the end of all connections");
  });

  void it("those in use when they are released end with what they carry", async (t) => {
    const app = await startRawApp(
      t,
      (socket) => void socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")),
    );
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await client.until((text) => text.endsWith("ha"));
    proxy.forwarder.release(proxy.to);
    let isClosed = false;
    app.sockets[0]!.on("close", () => void (isClosed = true));
    app.sockets[0]!.on("end", () => app.sockets[0]!.end());
    app.sockets[0]!.write("lf");
    await client.until((text) => text.endsWith("half"));
    await waitUntil(() => isClosed, 2_000);
  });

  void it("closing waits for the last exchange", async (t) => {
    const app = await startRawApp(
      t,
      (socket) => void socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")),
    );
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, request("GET"));
    await client.until((text) => text.endsWith("ha"));
    let isClosed = false;
    const closed = proxy.forwarder.close().then(() => (isClosed = true));
    await delivered();
    assert.equal(isClosed, false);
    app.sockets[0]!.write("lf");
    await closed;
    await proxy.forwarder.close();
  });

  void it("an IPv6 app is reached, and named with brackets", async (t) => {
    const app = await startApp(t, (req, res) => res.end(req.headers.host));
    app.server.close();
    await new Promise((resolve) => app.server.once("close", resolve));
    await new Promise<void>((resolve) => void app.server.listen(app.port, "::1", resolve));
    const proxy = await startProxy(t, { upstream: app.port, address: "::1", options: { passHost: false } });
    for (const text of [request("GET"), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]) {
      const client = await rawClient(t, proxy.port, text);
      await client.until((all) => all.includes(`[::1]:${app.port}`));
    }
  });
});

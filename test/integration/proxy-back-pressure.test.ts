import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { rawClient, startApp, startProxy, startRawApp } from "./proxy-fixture.ts";
import { untilStill } from "../support/real-time.ts";
import { delivered } from "../support/delivered.ts";

const MIB = 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, "x");

describe("a response before the end of the upload", () => {
  for (const [title, length, ends, readsLate] of [
    ["the app goes on listening", 1_000_000, false, false],
    ["the app closes at once", 10_000, true, false],
    ["the client reads only when it is stuck", 1_000_000, false, true],
  ] as const) {
    void it(`is relayed whole, then the client's connection is closed: ${title}`, async (t) => {
      const reason = "x".repeat(length);
      const answer = `HTTP/1.1 413 Content Too Large\r\nContent-Length: ${length}\r\n\r\n${reason}`;
      const { promise: answered, resolve: hasAnswered } = Promise.withResolvers<void>();
      const app = await startRawApp(t, (socket) => {
        socket.once("data", () => {
          socket.pause();
          socket.write(answer, () => {
            hasAnswered();
            if (ends) socket.destroy();
          });
        });
      });
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
      const { socket } = client;
      const pump = (): void => {
        while (socket.writable && socket.write(BLOCK));
      };
      socket.on("drain", pump);
      if (readsLate) {
        socket.pause();
        void answered.then(delivered).then(() => socket.resume());
      }
      pump();
      const text = await client.until((all) => all.endsWith(reason), "the whole answer, though the client still sends");
      assert.match(text, /^HTTP\/1\.1 413 /u);
      assert.match(text, /^connection: close\r$/imu);
      await client.closed();
      assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 413 }]);
    });
  }
});

describe("a slow side slows the other", () => {
  void it("an app that sends 256 MiB waits for a client that does not read, in little memory", async (t) => {
    let sent = 0;
    const app = await startApp(t, (_req, res) => {
      const pump = (): void => {
        while (sent < 256 * MIB) {
          sent += BLOCK.length;
          if (!res.write(BLOCK)) return void res.once("drain", pump);
        }
        res.end();
      };
      pump();
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    let got = 0;
    client.socket.removeAllListeners("data").on("data", (chunk: Buffer) => void (got += chunk.length));
    client.socket.pause();
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const before = process.memoryUsage.rss();
    await untilStill(() => sent);
    assert.ok(sent < 32 * MIB, `the app could send ${sent / MIB} MiB to a client that reads nothing`);
    let peak = 0;
    client.socket.on("data", () => void (peak = Math.max(peak, process.memoryUsage.rss())));
    client.socket.resume();
    await proxy.ended(1);
    await waitUntil(() => got > 256 * MIB);
    assert.ok(peak < before + 96 * MIB, `it grew by ${(peak - before) / MIB} MiB`);
  });

  for (const framing of ["Content-Length: 268435456", "Transfer-Encoding: chunked"]) {
    void it(`a client that sends 256 MiB (${framing}) waits for an app that does not read`, async (t) => {
      let got = 0;
      const { promise: mayRead, resolve: letRead } = Promise.withResolvers<void>();
      const app = await startApp(t, (req, res) => {
        void mayRead.then(() => {
          req.on("data", (chunk: Buffer) => void (got += chunk.length));
          req.on("end", () => res.end(String(got)));
        });
      });
      const proxy = await startProxy(t, { upstream: app.port });
      const client = await rawClient(t, proxy.port, `POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`);
      const isChunked = framing.endsWith("chunked");
      const piece = isChunked ? Buffer.concat([Buffer.from("10000\r\n"), BLOCK, Buffer.from("\r\n")]) : BLOCK;
      const before = process.memoryUsage.rss();
      let sent = 0;
      let peak = 0;
      const pump = (): void => {
        peak = Math.max(peak, process.memoryUsage.rss());
        while (sent < 256 * MIB) {
          sent += BLOCK.length;
          if (!client.socket.write(piece)) return;
        }
        if (isChunked && sent++ === 256 * MIB) client.write("0\r\n\r\n");
      };
      client.socket.on("drain", pump);
      pump();
      await untilStill(() => sent);
      assert.ok(sent < 32 * MIB, `the client could send ${sent / MIB} MiB to an app that reads nothing`);
      letRead();
      await waitUntil(() => client.text().endsWith(String(256 * MIB)), 60_000, "the whole body at the app");
      assert.ok(peak < before + 96 * MIB, `it grew by ${(peak - before) / MIB} MiB`);
    });
  }

  void it("one slow answer does not hold up others", async (t) => {
    const app = await startApp(t, (req, res) => {
      if (req.url !== "/slow") res.end("quick");
    });
    const proxy = await startProxy(t, { upstream: app.port });
    for (let turn = 0; turn < 50; turn += 1) await rawClient(t, proxy.port, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("quick"));
    assert.deepEqual(proxy.outcomes, [{ kind: "done", status: 200 }]);
  });
});

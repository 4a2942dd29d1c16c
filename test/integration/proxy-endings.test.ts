import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { rawClient, startApp, startProxy, startRawApp, takeAway } from "./proxy-fixture.ts";
import { startDeafApp } from "../support/deaf-app.ts";
import { GET, SMALL, WAYS } from "./proxy-ways.ts";
import { delivered } from "../support/delivered.ts";
import { quietFor } from "../support/real-time.ts";

describe("refused: nobody is there, and nothing is lost", { concurrency: 8 }, () => {
  for (const [way, request, body] of WAYS) {
    void it(`${way} can be forwarded again, whole, as often as it takes`, async (t) => {
      const bodies: string[] = [];
      const app = await startApp(t, (req, res) => {
        let text = "";
        req.setEncoding("latin1").on("data", (chunk: string) => void (text += chunk));
        req.on("end", () => {
          bodies.push(text);
          res.end("ok");
        });
      });
      const { port, comeBack } = await takeAway(app);
      const restart: (() => void)[] = [];
      const proxy = await startProxy(t, { upstream: port, unanswered: (_outcome, retry) => restart.push(retry) });
      const client = await rawClient(t, proxy.port, request);
      await proxy.ended(1);
      restart[0]!();
      await proxy.ended(2);
      assert.equal(client.text(), "");
      await comeBack();
      restart[1]!();
      await client.until((text) => text.endsWith("ok"));
      await proxy.ended(3);
      assert.deepEqual(bodies, [body]);
      assert.deepEqual(proxy.outcomes, [{ kind: "refused" }, { kind: "refused" }, { kind: "done", status: 200 }]);
    });
  }

  for (const [way, request] of WAYS) {
    void it(`${way}: after 4 s without a connection, too`, async (t) => {
      const proxy = await startProxy(t, { upstream: await startDeafApp(t) });
      const client = await rawClient(t, proxy.port, request);
      const began = performance.now();
      await client.until((text) => text.startsWith("HTTP/1.1 502 "));
      assert.deepEqual(proxy.outcomes, [{ kind: "refused" }]);
      assert.ok(performance.now() - began > 3_000);
    });
  }

  void it("a published port that is closed at once has nobody behind it: what may be repeated is refused", async (t) => {
    const app = await startRawApp(t, (socket) => socket.destroy());
    const proxy = await startProxy(t, { upstream: app.port, published: true });
    const client = await rawClient(t, proxy.port, GET);
    await client.until((text) => text.startsWith("HTTP/1.1 502 "));
    client.write(SMALL);
    assert.deepEqual(await proxy.ended(2), [{ kind: "refused" }, { kind: "failed", code: "upstream-reset" }]);
  });
});

describe("failed: the app broke before its answer began, and the caller answers", () => {
  const broken: readonly (readonly [title: string, answer: string, code: string])[] = [
    ["nothing", "", "upstream-reset"],
    ["half a head", "HTTP/1.1 200 OK\r\nX: ", "upstream-reset"],
    ["something that is not HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n", "upstream-protocol"],
    ["a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "upstream-protocol"],
    ["a header with a space in its name", "HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n", "upstream-protocol"],
    ["a header with a NUL", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "upstream-protocol"],
    [
      "a header that a bare line feed would split",
      "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil=1\r\n\r\n",
      "upstream-protocol",
    ],
    ["a head of 100 KB", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(100_000)}\r\n\r\n`, "upstream-protocol"],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "upstream-protocol"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      "upstream-protocol",
    ],
    ["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", "upstream-protocol"],
    [
      "a coding of the hop",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "upstream-protocol",
    ],
    ["another version", "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "upstream-protocol"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "upstream-protocol"],
    [
      "an upgrade that was not requested",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "upstream-protocol",
    ],
  ];
  for (const [title, answer, code] of broken) {
    for (const [way, request] of [WAYS[0]!, WAYS[3]!]) {
      void it(`${title} (${way})`, async (t) => {
        const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.end(answer, "latin1")));
        const proxy = await startProxy(t, { upstream: app.port });
        const client = await rawClient(t, proxy.port, request);
        await client.until((text) => text.startsWith("HTTP/1.1 502 "));
        const [outcome] = await proxy.ended(1);
        assert.equal(outcome!.kind, "failed");
        assert.equal(JSON.stringify(outcome).includes(code), true, JSON.stringify(outcome));
        assert.equal(proxy.outcomes.length, 1);
      });
    }
  }

  void it("the connection stays open after a 502, unless an upload is still on it", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.destroy()));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, GET);
    await client.until((text) => text.includes("upstream-reset"));
    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbegin");
    assert.match((await client.closed()).split("HTTP/1.1 502 ")[2]!, /^connection: close\r$/imu);
  });
});

describe("cut: the app broke in the middle, and the client can tell", () => {
  const broken: readonly (readonly [title: string, answer: string])[] = [
    ["less than its length", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart"],
    ["no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ];
  for (const [title, answer] of broken) {
    for (const [way, request] of [WAYS[0]!, WAYS[3]!]) {
      void it(`${title} (${way})`, async (t) => {
        const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(answer)));
        const proxy = await startProxy(t, { upstream: app.port });
        const client = await rawClient(t, proxy.port, request);
        await client.until((text) => text.includes("part"));
        app.sockets[0]!.end();
        const text = await client.closed();
        assert.doesNotMatch(text, /\r\n0\r\n/u);
        assert.deepEqual(await proxy.ended(1), [{ kind: "cut", status: 200 }]);
      });
    }
  }

  void it("a chunk that is none", async (t) => {
    const answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n";
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(answer)));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, GET);
    await client.until((text) => text.includes("part"));
    app.sockets[0]!.write("zzz\r\n");
    assert.doesNotMatch(await client.closed(), /\r\n0\r\n/u);
  });

  void it("by a reset where the end of the connection would be the end of the body", async (t) => {
    const answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n";
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(answer)));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, "GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("part"));
    const reset = once(client.socket, "error") as Promise<[NodeJS.ErrnoException]>;
    app.sockets[0]!.destroy();
    assert.equal((await reset)[0].code, "ECONNRESET");
  });
});

describe("done", () => {
  void it("requests sent ahead, however many, are answered in their order, and nobody warns of them", async (t) => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    cleanup(t, () => process.off("warning", note));
    const app = await startApp(t, (req, res) => {
      if (req.url === "/1") void delivered().then(() => res.end(req.url));
      else res.end(req.url);
    });
    const proxy = await startProxy(t, { upstream: app.port });
    const paths = Array.from({ length: 20 }, (_, index) => `/${index + 1}`);
    const client = await rawClient(t, proxy.port, paths.map((path) => GET.replace("/", path)).join(""));
    const text = await client.until((all) => all.endsWith("/20"));
    assert.deepEqual(text.match(/(?<=\r\n\r\n)\/\d+/gu), paths);
    assert.deepEqual(warnings, []);
  });

  void it("is reported when the client has received the last byte, not when the app has sent it", async (t) => {
    const app = await startApp(t, (_req, res) => res.end(Buffer.alloc(16 * 1024 * 1024)));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port);
    client.socket.pause();
    client.write(GET);
    await quietFor(300, () => proxy.outcomes.length === 0, "nothing is reported");
    client.socket.resume();
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 200 }]);
  });
});

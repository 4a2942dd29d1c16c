import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { waitUntil } from "../support/wait-until.ts";
import { rawClient, type RawClient, startApp, startRawApp } from "./proxy-fixture.ts";
import { ASK, declineRules, type StartSubject } from "./proxy-upgrade-decline-rules.ts";
import { delivered } from "../support/delivered.ts";
import { untilStill } from "../support/real-time.ts";

/** What is asked of anything that carries upgrades. */
export interface UpgradeSubject {
  /** Starts a listener that sends upgrades to that port of 127.0.0.1. */
  readonly start: StartSubject;
  /** Rules that it does not keep, with what it does instead. */
  readonly gaps: ReadonlyMap<string, string>;
}

const AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const isAgreed = (text: string): boolean => text.includes("\r\n\r\n");

/** One suite for every subject; a gap is expected to fail, so that one that closes shows. */
export function upgradeRules({ start, gaps }: UpgradeSubject): void {
  function rule(title: string, body: (t: TestContext) => Promise<void>): void {
    const gap = gaps.get(title);
    void it(title, gap === undefined ? {} : { expectFailure: gap }, body);
  }

  /** A client and an app, joined. */
  async function joined(t: TestContext, ask = ASK, agreed = AGREED) {
    const app = await startRawApp(t, (socket, heard) => {
      socket.on(
        "data",
        () => heard().endsWith("\r\n\r\n") && heard().split("\r\n\r\n").length === 2 && socket.write(agreed),
      );
    });
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port, ask);
    await client.until(isAgreed, "the agreement");
    const socket = app.sockets[0]!;
    return { app, client, socket, toClient: async (bytes: string) => void socket.write(bytes) };
  }

  rule("a WebSocket talks both ways, in text and in a megabyte of bytes", async (t) => {
    const { port, server } = await startApp(t, () => {});
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    t.after(() => sockets.close());
    const subject = await start(t, port);
    const socket = new WebSocket(`ws://127.0.0.1:${subject.port}/chat`);
    t.after(() => socket.terminate());
    const got: Buffer[] = [];
    socket.on("message", (data) => void got.push(data as Buffer));
    await new Promise((resolve) => socket.once("open", resolve));
    const bytes = Buffer.alloc(1024 * 1024, 7);
    socket.send("hello");
    socket.send(bytes);
    await waitUntil(() => got.length === 2);
    assert.equal(got[0]!.toString(), "hello");
    assert.deepEqual(got[1], bytes);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close(1000);
    assert.equal(await closed, 1000);
  });

  for (const [title, ask] of [
    ["any protocol", ASK.replace("websocket", "dns/1.1, x")],
    ["any method", ASK.replace("GET", "OPTIONS")],
    ["a POST without a body", ASK.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n")],
  ] as const) {
    rule(`${title} may be agreed upon`, async (t) => {
      const { app, client, toClient } = await joined(t, ask, AGREED.replace("websocket", "x"));
      assert.match(client.text(), /^upgrade: x\r$/imu);
      assert.match(app.heard[0]!, /^upgrade: (?:websocket|dns\/1\.1, x)\r$/imu);
      assert.doesNotMatch(app.heard[0]!, /^transfer-encoding:/imu);
      client.write("\0\xff\r\nraw");
      await waitUntil(() => app.heard[0]!.endsWith("\r\n\r\n\0\xff\r\nraw"));
      await toClient("back");
      await client.until((text) => text.endsWith("\r\n\r\nback"));
    });
  }

  rule("the target reaches the app byte for byte", async (t) => {
    const { app } = await joined(t, ASK.replace("/chat", "//a/../b//%2e%2E?x=1//y"));
    assert.equal(app.heard[0]!.split("\r\n")[0], "GET //a/../b//%2e%2E?x=1//y HTTP/1.1");
  });

  rule("headers keep their order, letter case and duplicates, both ways", async (t) => {
    const headers = "\r\nsec-websocket-KEY: x\r\nX-A: 1\r\nCookie: a=1\r\nX-A: 2\r\nCookie: b=2\r\n\r\n";
    const answers = "\r\nX-B: 1\r\nset-cookie: a=1\r\nX-B: 2\r\nSEC-WebSocket-Accept: y\r\n\r\n";
    const { app, client } = await joined(t, ASK.replace("\r\n\r\n", headers), AGREED.replace("\r\n\r\n", answers));
    for (const [text, all] of [
      [app.heard[0]!, headers],
      [client.text(), answers],
    ] as const) {
      const sent = all.trim().split("\r\n");
      assert.deepEqual(
        text.split("\r\n").filter((line) => sent.includes(line)),
        sent,
      );
    }
  });

  rule("what is sent behind the request and behind the agreement arrives", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(`${AGREED}early`)));
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port, `${ASK}eager`);
    await client.until((text) => text.endsWith("\r\n\r\nearly"));
    await waitUntil(() => app.heard[0]!.endsWith("\r\n\r\neager"));
  });

  rule("what is sent behind the request never reaches an app that declines", async (t) => {
    const app = await startRawApp(t, (socket) => {
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"));
    });
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port, `${ASK}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
    await client.until((text) => text.endsWith("no"));
    await client.closed();
    assert.doesNotMatch(app.heard[0]!, /smuggled/u);
  });

  rule("a client that has said all may go on listening", async (t) => {
    const { client, socket, toClient } = await joined(t);
    let ended = false;
    socket.on("end", () => void (ended = true));
    client.write("bye");
    client.socket.end();
    await waitUntil(() => ended, 2_000, "the client's end at the app");
    await toClient("still ");
    await delivered();
    await toClient("here");
    await client.until((text) => text.endsWith("still here"));
    socket.end();
    await client.closed();
  });

  rule("an app that has said all may go on listening", async (t) => {
    const { app, client, socket } = await joined(t);
    socket.end("bye");
    assert.match(await client.closed(), /bye$/u);
    client.write("still ");
    await delivered();
    client.write("here");
    await waitUntil(() => app.heard[0]!.endsWith("still here"), 2_000, "the client's last words at the app");
  });

  declineRules(start, rule);

  rule("in a tunnel, too, a slow side slows the other", async (t) => {
    const { app, client, socket } = await joined(t);
    const block = Buffer.alloc(64 * 1024);
    for (const [from, to] of [
      [client.socket, app.sockets[0]!],
      [socket, client.socket],
    ] as const) {
      let sent = 0;
      const pump = (): void => {
        while (sent < 200_000_000) {
          sent += block.length;
          if (!from.write(block)) return;
        }
      };
      to.pause();
      from.on("drain", pump);
      pump();
      await untilStill(() => sent);
      assert.ok(sent < 32_000_000, `${sent} bytes could be sent to a side that reads nothing`);
    }
  });

  rule("a client that leaves before the answer takes the app's connection with it", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.on("end", () => socket.end()));
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port, ASK);
    await waitUntil(() => app.heard[0]?.includes("\r\n\r\n"));
    client.socket.resetAndDestroy();
    await waitUntil(() => app.sockets[0]!.destroyed, 2_000, "the end of the app's connection");
  });

  for (const side of ["a client", "an app"] as const) {
    rule(`${side} that resets its connection resets the other`, async (t) => {
      const { client, socket } = await joined(t);
      const [broken, other] = side === "a client" ? [client.socket, socket] : [socket, client.socket];
      let code = "";
      other.on("error", (error: NodeJS.ErrnoException) => void (code = error.code ?? ""));
      broken.resetAndDestroy();
      await waitUntil(() => other.destroyed, 2_000, "the end of the other connection");
      assert.equal(code, "ECONNRESET");
    });
  }

  for (const [title, serve] of [
    ["is not there", undefined],
    ["closes without a word", (socket: { destroy(): void }) => socket.destroy()],
  ] as const) {
    rule(`an app that ${title} leaves the client's connection to the caller`, async (t) => {
      const app = await startRawApp(t, (socket) => serve?.(socket));
      if (serve === undefined) await new Promise((resolve) => app.server.close(resolve));
      const { port } = await start(t, app.port);
      const client: RawClient = await rawClient(t, port, ASK);
      assert.match(await client.until(isAgreed), /^HTTP\/1\.1 502 /u);
    });
  }
}

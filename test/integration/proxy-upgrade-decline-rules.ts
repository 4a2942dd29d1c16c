import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { rawClient, startRawApp } from "./proxy-fixture.ts";
import { untilStill } from "../support/real-time.ts";

export type StartSubject = (t: TestContext, upstream: number) => Promise<{ readonly port: number }>;
export type Rule = (title: string, body: (t: TestContext) => Promise<void>) => void;

export const ASK = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/** What a client gets when the app answers an upgrade with something else than 101. */
export function declineRules(start: StartSubject, rule: Rule): void {
  for (const [title, answer] of [
    ["with a length", "HTTP/1.1 403 No Way\r\nX-A: 1\r\nX-a: 2\r\nContent-Length: 5\r\n\r\nsorry"],
    ["in chunks", "HTTP/1.1 403 No Way\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\n"],
  ] as const) {
    rule(`an app that declines ${title} is quoted whole`, async (t) => {
      const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(answer)));
      const { port } = await start(t, app.port);
      const client = await rawClient(t, port, ASK);
      const text = await client.closed();
      assert.match(text, /^HTTP\/1\.1 403 No Way\r\n/u);
      assert.ok(text.endsWith(answer.slice(answer.indexOf("\r\n\r\n"))), text);
      if (title === "with a length") assert.match(text, /X-A: 1\r\nX-a: 2\r\n/u);
    });
  }

  rule("an app that declines without a body is quoted without one", async (t) => {
    const answer = "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n";
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(answer)));
    const { port } = await start(t, app.port);
    const text = await (await rawClient(t, port, ASK)).closed();
    assert.match(text, /^HTTP\/1\.1 204 No Content\r\n/u);
    assert.match(text, /\r\n\r\n$/u);
    assert.doesNotMatch(text, /^transfer-encoding/imu);
  });

  rule("an app that breaks off while it declines breaks off for the client", async (t) => {
    const app = await startRawApp(t, (socket) => {
      socket.once("data", () => void socket.write("HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\npart"));
    });
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port, ASK);
    await client.until((text) => text.endsWith("part"));
    app.sockets[0]!.destroy();
    await client.closed();
  });

  rule("a client that does not read slows an app that declines at length", async (t) => {
    let sent = 0;
    const block = "x".repeat(64 * 1024);
    const app = await startRawApp(t, (socket) => {
      const pump = (): void => {
        while (sent < 200_000_000 && socket.writable) {
          sent += block.length;
          if (!socket.write(block)) return;
        }
      };
      socket.on("drain", pump);
      socket.once("data", () => {
        socket.write("HTTP/1.1 403 No\r\nContent-Length: 200000000\r\n\r\n");
        pump();
      });
    });
    const { port } = await start(t, app.port);
    const client = await rawClient(t, port);
    client.socket.pause();
    client.write(ASK);
    await untilStill(() => sent);
    assert.ok(sent < 32_000_000, `the app could send ${sent} bytes to a client that reads nothing`);
  });
}

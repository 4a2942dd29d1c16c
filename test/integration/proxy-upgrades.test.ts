import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { answering, rawClient, startProxy, startRawApp, takeAway } from "./proxy-fixture.ts";
import { upgradeRules } from "./proxy-upgrade-rules.ts";

const ASK = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
const AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const hasHead = (text: string): boolean => text.includes("\r\n\r\n");

void describe("an upgrade", () =>
  upgradeRules({ start: (t, upstream) => startProxy(t, { upstream }), gaps: new Map() }));

void describe("an upgrade's exchange", () => {
  void it("is refused with everything in place, and can be forwarded again", async (t) => {
    const app = await startRawApp(t, answering(AGREED));
    const { port, comeBack } = await takeAway(app);
    const restart: (() => void)[] = [];
    const proxy = await startProxy(t, { upstream: port, unanswered: (_outcome, retry) => restart.push(retry) });
    const client = await rawClient(t, proxy.port, `${ASK}eager`);
    await proxy.ended(1);
    await comeBack();
    client.write(" and more");
    restart[0]!();
    await client.until(hasHead);
    await waitUntil(() => app.heard[0]!.endsWith("\r\n\r\neager and more"));
    client.socket.resetAndDestroy();
    assert.deepEqual(await proxy.ended(2), [{ kind: "refused" }, { kind: "done", status: 101 }]);
  });

  void it("carries the bytes of a read that filled the buffer, and those after it", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.once("data", () => socket.write(AGREED)));
    const proxy = await startProxy(t, { upstream: app.port });
    const early = "x".repeat(300_000);
    await rawClient(t, proxy.port, ASK + early);
    await waitUntil(() => app.heard[0]?.split("\r\n\r\n")[1]?.length === early.length);
  });

  void it("ends when both sides have closed, not before", async (t) => {
    const app = await startRawApp(t, answering(AGREED));
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, ASK);
    await client.until(hasHead);
    client.socket.end();
    await once(app.sockets[0]!, "end");
    assert.deepEqual(proxy.outcomes, []);
    app.sockets[0]!.end();
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 101 }]);
  });

  void it("forwards the client's address to the app, and the wait to the client", async (t) => {
    const app = await startRawApp(t, answering(AGREED));
    const options = { passHost: false, extraHeaders: ["X-Gateway-Wake", "cold; dur=5"] };
    const proxy = await startProxy(t, { upstream: app.port, options });
    const client = await rawClient(
      t,
      proxy.port,
      ASK.replace("\r\n\r\n", "\r\nX-Forwarded-For: 6.6.6.6\r\nX-Gateway-Upstream: x\r\n\r\n"),
    );
    assert.match(await client.until(hasHead), /^X-Gateway-Wake: cold; dur=5\r$/mu);
    const head = app.heard[0]!;
    assert.match(head, new RegExp(`^host: 127\\.0\\.0\\.1:${app.port}\r$`, "imu"));
    assert.match(head, /^X-Forwarded-For: 127\.0\.0\.1\r$/mu);
    assert.doesNotMatch(head, /^X-Gateway-Upstream/imu);
    assert.equal(head.match(/^connection: .*$/gimu)?.length, 1);
  });

  void it("that was declined ends with the app's response", async (t) => {
    const app = await startRawApp(t, answering("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"));
    const proxy = await startProxy(t, { upstream: app.port });
    await (await rawClient(t, proxy.port, ASK)).closed();
    assert.deepEqual(await proxy.ended(1), [{ kind: "done", status: 403 }]);
  });

  void it("whose client disconnected before the response ends", async (t) => {
    const app = await startRawApp(t, (socket) => void socket.resume());
    const proxy = await startProxy(t, { upstream: app.port });
    const client = await rawClient(t, proxy.port, ASK);
    await waitUntil(() => app.sockets.length === 1);
    client.socket.end();
    assert.deepEqual(await proxy.ended(1), [{ kind: "aborted", status: 0 }]);
  });

  void it("with a body is a plain request: an Upgrade may be ignored, a body may not", async (t) => {
    const app = await startRawApp(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const proxy = await startProxy(t, { upstream: app.port });
    const ask = ASK.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello");
    const client = await rawClient(t, proxy.port, ask.replace("websocket", "h2c"));
    await client.until((text) => text.endsWith("ok"));
    assert.doesNotMatch(app.heard[0]!, /^upgrade:/imu);
    assert.match(app.heard[0]!, /\r\n\r\nhello$/u);
  });
});

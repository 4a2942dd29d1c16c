import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../support/http.ts";
import { startGateway } from "../support/gateway.ts";
import { startReceiver } from "../support/webhook-receiver.ts";

const app = (port: number, script: string) => ({
  name: "app",
  host: "app.test",
  process: { command: [process.execPath, "-e", script], port },
});
const answers = (port: number) => `require("http").createServer((q, r) => r.end("hello")).listen(${port}, "127.0.0.1")`;

test("a gateway tells a webhook of a wake and of the app that answers, and of neither's request", async (t) => {
  const receiver = await startReceiver(t);
  const port = await freePort();
  const gateway = await startGateway(t, {
    config: { gateway: { notify: [{ url: receiver.url }] }, containers: [app(port, answers(port))] },
  });
  assert.equal((await gateway.request({ host: "app.test" })).text, "hello");
  await receiver.arrived(2);
  assert.equal((await gateway.request({ host: "app.test" })).text, "hello");
  assert.deepEqual(
    receiver.received.map(({ json }) => [json().event, json().reason]),
    [
      ["wake", "request"],
      ["ready", "request"],
    ],
  );
});

test("a webhook that hangs delays neither a request nor, by more than two seconds, the gateway's end", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const port = await freePort();
  const gateway = await startGateway(t, {
    config: { gateway: { notify: [{ url: receiver.url }] }, containers: [app(port, answers(port))] },
  });
  assert.equal((await gateway.request({ host: "app.test" })).text, "hello");
  await receiver.arrived(1);
  const began = performance.now();
  assert.equal(await gateway.stop(), 0);
  assert.ok(performance.now() - began < 8_000);
});

test("an unreachable webhook is logged, without its path", async (t) => {
  const receiver = await startReceiver(t, (res) => void res.writeHead(404).end());
  const port = await freePort();
  const gateway = await startGateway(t, {
    config: {
      gateway: { notify: [{ url: `${receiver.url}/s3cret?token=s3cret`, events: ["failed"] }] },
      containers: [app(port, "process.exit(3)")],
    },
  });
  assert.equal((await gateway.request({ host: "app.test" })).status, 502);
  const line = await gateway.waitForLog(({ event }) => event === "fault");
  assert.equal(line["level"], "error");
  assert.match(String(line["msg"]), /gateway\.notify\[0\] \(http:\/\/127\.0\.0\.1:\d+\) are lost: it answered 404$/);
  assert.ok(!JSON.stringify(gateway.log).includes("s3cret"));
});

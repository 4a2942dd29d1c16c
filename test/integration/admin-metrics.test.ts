import assert from "node:assert/strict";
import { test } from "node:test";
import { startGateway } from "../support/gateway.ts";
import { processContainer } from "./tracing-fixture.ts";

test("the duration of a request that waited for a wake includes the wait", async (t) => {
  const gateway = await startGateway(t, { config: { containers: [await processContainer("app", {}, LATE)] } });
  const answer = await gateway.request({ host: "app.test" });
  const waitedMs = Number(/dur=(\d+)/u.exec(String(answer.headers["x-gateway-wake"]))?.[1]);
  assert.ok(waitedMs >= 150, `it waited ${waitedMs} ms`);
  const { text } = await gateway.request({ path: "/_metrics" });
  const seconds = Number(/^gateway_request_duration_seconds_sum\{container="app"\} (\S+)$/mu.exec(text)?.[1]);
  assert.ok(seconds * 1_000 >= waitedMs - 1, `${seconds} s were counted, of ${waitedMs} ms`);
});

/** Listens 200 ms after its start. */
const LATE = `setTimeout(() => {
  require("node:http").createServer((_req, res) => res.end()).listen(process.env.PORT, "127.0.0.1");
}, 200)`;

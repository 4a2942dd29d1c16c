import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { processContainer, startCollector, startTraced } from "./tracing-fixture.ts";

const SERVER = 2;
const ERROR = 2;
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const sampled = `00-${traceId}-${parentId}-01`;

test("a wake is one trace with its phases and what it needs; a request that waited is linked with it", async (t) => {
  const collector = await startCollector(t);
  const containers = [await processContainer("app", { depends_on: ["db"] }), await processContainer("db")];
  const gateway = await startTraced(t, containers, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret",
    OTEL_SERVICE_NAME: "my-gateway",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=home",
  });
  const headers = { traceparent: sampled, tracestate: "vendor=1" };
  const answer = await gateway.request({ host: "app.test", path: "/a?token=secret", headers });
  const [request, wait, wake, needed] = await Promise.all([
    collector.span("GET app"),
    collector.span("wait"),
    collector.span("wake app"),
    collector.span("wake db"),
  ]);

  const received = headersOf(answer.json());
  assert.deepEqual(received["traceparent"], [`00-${traceId}-${request.spanId}-01`]);
  assert.deepEqual(received["tracestate"], ["vendor=1"]);

  assert.deepEqual([request.traceId, request.parentSpanId, request.kind], [traceId, parentId, SERVER]);
  assert.deepEqual(request.attributes, {
    "http.request.method": "GET",
    "url.path": "/a",
    "server.address": "app.test",
    "gateway.route": "app",
    "http.response.status_code": 200,
  });
  assert.deepEqual([wait.traceId, wait.parentSpanId], [traceId, request.spanId]);
  assert.deepEqual(wait.attributes, { "gateway.route": "app", "gateway.wait.outcome": "ready" });
  assert.ok(wait.startMs >= request.startMs && wait.endMs <= request.endMs);
  assert.deepEqual([wait.links, request.links].map(idsOf), [[wake.spanId], [wake.spanId]]);

  assert.deepEqual([wake.parentSpanId, idsOf(wake.links)], [undefined, [request.spanId]]);
  assert.notEqual(wake.traceId, traceId);
  assert.deepEqual(wake.attributes, {
    "gateway.container": "app",
    "gateway.wake.cause": "request",
    "gateway.wake.outcome": "ready",
  });
  assert.equal(wake.status.code ?? 0, 0);
  assert.deepEqual([needed.traceId, needed.parentSpanId], [wake.traceId, wake.spanId]);
  assert.equal(needed.attributes["gateway.wake.cause"], "dependency");

  const phases = collector.spans.filter(({ parentSpanId, name }) => parentSpanId === wake.spanId && name !== "wake db");
  const inOrder = phases.toSorted((one, other) => one.startMs - other.startMs);
  assert.deepEqual(
    inOrder.map(({ name }) => name),
    ["dependencies", "starting", "waiting"],
  );
  for (const [index, phase] of inOrder.entries()) {
    assert.ok(phase.startMs >= wake.startMs && phase.endMs <= wake.endMs, `${phase.name} is within the wake`);
    assert.ok(phase.startMs >= (inOrder[index - 1]?.endMs ?? 0), `${phase.name} comes after what was before it`);
  }
  assert.ok(Math.abs(wake.endMs - Date.now()) < 60_000, "times are the wall clock's");

  assert.equal(request.resource["service.name"], "my-gateway");
  assert.equal(request.resource["deployment.environment.name"], "home");
  assert.match(String(request.resource["service.version"]), /^\d/u);
  assert.deepEqual([collector.requests[0]?.path, collector.requests[0]?.headers["x-key"]], ["/v1/traces", "secret"]);
});

test("a failed wake is an error, with its reason and exit code", async (t) => {
  const collector = await startCollector(t);
  const app = await processContainer("app", {}, "process.exit(3)");
  const gateway = await startTraced(t, [app], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  assert.equal((await gateway.request({ host: "app.test" })).status, 502);
  const [wake, request, wait] = await Promise.all(["wake app", "GET app", "wait"].map(collector.span));
  assert.equal(wake?.status.code, ERROR);
  assert.match(wake?.status.message ?? "", /exit code 3/u);
  assert.equal(wake?.attributes["gateway.wake.outcome"], "failed");
  assert.equal(wake?.attributes["error.type"], "exited");
  assert.equal(wake?.attributes["gateway.wake.exit_code"], 3);
  assert.deepEqual([request?.attributes["http.response.status_code"], request?.status.code], [502, ERROR]);
  assert.deepEqual([wait?.attributes["gateway.wait.outcome"], wait?.status.code], ["failed", ERROR]);
});

test("an awake app's request is a trace of its own when its client has none", async (t) => {
  const collector = await startCollector(t);
  const gateway = await startTraced(t, [await processContainer("app")], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await gateway.request({ host: "app.test" });
  const received = headersOf((await gateway.request({ host: "app.test", method: "POST", body: "x" })).json());
  const request = await collector.span("POST app");
  assert.deepEqual(received["traceparent"], [`00-${request.traceId}-${request.spanId}-01`]);
  assert.deepEqual([request.parentSpanId, request.links], [undefined, []]);
});

const contexts: readonly {
  readonly rule: string;
  readonly sent: Readonly<Record<string, string | string[]>>;
  readonly got: RegExp;
  readonly state?: string[];
}[] = [
  {
    rule: "that was not sampled goes on, and stays so",
    sent: { traceparent: `00-${traceId}-${parentId}-00`, tracestate: "a=1" },
    got: new RegExp(`^00-${traceId}-(?!${parentId})[0-9a-f]{16}-00$`, "u"),
    state: ["a=1"],
  },
  {
    rule: "that cannot be read is replaced, with its state",
    sent: { traceparent: "00-abc", tracestate: "a=1" },
    got: /^00-(?!4bf92f)[0-9a-f]{32}-[0-9a-f]{16}-01$/u,
  },
  {
    rule: "that came twice is replaced",
    sent: { traceparent: [sampled, sampled] },
    got: /^00-(?!4bf92f)[0-9a-f]{32}-[0-9a-f]{16}-01$/u,
  },
];
test("a context", async (t) => {
  const collector = await startCollector(t);
  const gateway = await startTraced(t, [await processContainer("app")], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  for (const { rule, sent, got, state } of contexts) {
    await t.test(rule, async () => {
      const received = headersOf((await gateway.request({ host: "app.test", headers: sent })).json());
      assert.equal(received["traceparent"]?.length, 1);
      assert.match(received["traceparent"]?.[0] ?? "", got);
      assert.deepEqual(received["tracestate"], state);
    });
  }
});

test("an upgrade carries its context to the app", async (t) => {
  const collector = await startCollector(t);
  const gateway = await startTraced(t, [await processContainer("app")], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const headers = { connection: "upgrade", upgrade: "x", traceparent: sampled };
  const answer = await gateway.open({ host: "app.test", headers });
  const request = await collector.span("GET app");
  assert.equal(answer.headers["x-got"], `00-${traceId}-${request.spanId}-01`);
  assert.equal(request.attributes["gateway.upgrade"], true);
});

test("a front's auth request is a span of the front's trace, linked with the wake that it waited for", async (t) => {
  const collector = await startCollector(t);
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/custom` };
  const gateway = await startTraced(t, [await processContainer("app")], env, { trusted_proxies: ["127.0.0.1"] });
  const headers = {
    "x-forwarded-host": "app.test",
    "x-forwarded-uri": "/",
    "x-forwarded-method": "GET",
    traceparent: sampled,
  };
  assert.equal((await gateway.request({ path: "/_auth/traefik", headers })).status, 200);
  const [auth, wake] = await Promise.all([collector.span("auth traefik"), collector.span("wake app")]);
  assert.deepEqual([auth.traceId, auth.parentSpanId, idsOf(auth.links)], [traceId, parentId, [wake.spanId]]);
  assert.equal(wake.attributes["gateway.wake.cause"], "auth");
  assert.equal(collector.requests[0]?.path, "/custom");

  assert.equal((await gateway.request({ path: "/_auth/nobody", headers })).status, 404);
  await gateway.request({ host: "app.test", path: "/last" });
  await waitUntil(() => collector.spans.some(({ attributes }) => attributes["url.path"] === "/last"));
  assert.ok(!JSON.stringify(collector.spans).includes("nobody"), "strangers name no spans");
});

test("a client that leaves during its hold is reported as that, and the wake goes on", async (t) => {
  const collector = await startCollector(t);
  const gateway = await startTraced(t, [await processContainer("app")], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const left = new AbortController();
  const asked = gateway.request({ host: "app.test", signal: left.signal });
  await gateway.waitForLog(({ event }) => event === "wake");
  left.abort();
  await assert.rejects(asked);
  const [request, wait, wake] = await Promise.all(["GET app", "wait", "wake app"].map(collector.span));
  assert.equal(request?.attributes["http.response.status_code"], 499);
  assert.equal(wait?.attributes["gateway.wait.outcome"], "gone");
  assert.equal(wake?.attributes["gateway.wake.outcome"], "ready");
});

test("what is left is sent when the gateway ends, a wake in progress included", async (t) => {
  const collector = await startCollector(t);
  const app = await processContainer("app", {}, "setTimeout(() => {}, 60_000)");
  const gateway = await startTraced(t, [app], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "60000",
  });
  const left = new AbortController();
  const asked = gateway.request({ host: "app.test", signal: left.signal });
  await gateway.waitForLog(({ event }) => event === "wake");
  left.abort();
  await assert.rejects(asked);
  assert.equal(await gateway.stop(), 0);
  const outcomes = collector.spans.map(({ attributes }) => attributes["gateway.wake.outcome"]);
  assert.ok(outcomes.includes("interrupted"), outcomes.join(" "));
});

/** What the app got, by name, as a list since names may repeat. */
function headersOf(raw: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) (found[(raw[at] ?? "").toLowerCase()] ??= []).push(raw[at + 1] ?? "");
  return found;
}

function idsOf(links: readonly { readonly spanId: string }[]): readonly string[] {
  return links.map(({ spanId }) => spanId);
}

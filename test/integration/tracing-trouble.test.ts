import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { cleanup } from "../support/cleanup.ts";
import type { Gateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { processContainer, startCollector, startTraced } from "./tracing-fixture.ts";

const sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const off: readonly [how: string, env: Readonly<Record<string, string>>][] = [
  ["no variable enables traces", {}],
  ["OTEL_SDK_DISABLED is true", { OTEL_SDK_DISABLED: "true" }],
  ["the exporter is none", { OTEL_TRACES_EXPORTER: "none" }],
];
for (const [how, env] of off) {
  test(`nothing is sent or added while ${how}`, async (t) => {
    const collector = await startCollector(t);
    const endpoint = how.startsWith("no ") ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const gateway = await startTraced(t, [await processContainer("app")], { ...endpoint, ...env });
    const bare = await gateway.request({ host: "app.test" });
    assert.ok(!/traceparent/iu.test(bare.text));
    const { text } = await gateway.request({ host: "app.test", headers: { TraceParent: sampled, tracestate: "a=1" } });
    assert.ok(text.includes(`"TraceParent","${sampled}","tracestate","a=1"`), "what a client sends passes untouched");
    assert.equal(await gateway.stop(), 0);
    assert.deepEqual(collector.requests, []);
  });
}

test("the SDK is loaded only with tracing on", async () => {
  assert.deepEqual(await loadedPackages({}), []);
  const loaded = await loadedPackages({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
  assert.ok(loaded.includes("sdk-trace"), loaded.join(" "));
});

const collectors: readonly [what: string, start: (t: TestContext) => Promise<string>, said: RegExp][] = [
  ["is not there", async () => `http://127.0.0.1:${await freePort()}`, /ECONNREFUSED/u],
  ["never answers", startSilence, /timed out/iu],
  ["refuses what it gets", async (t) => (await startCollector(t, 401)).url, /401/u],
];
for (const [what, start, said] of collectors) {
  test(`a collector that ${what} delays no request, is reported once, and does not delay the shutdown`, async (t) => {
    const url = await start(t);
    const gateway = await startTraced(t, [await processContainer("app")], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/secret`,
      OTEL_EXPORTER_OTLP_TIMEOUT: "2000",
    });
    await gateway.request({ host: "app.test" });
    await waitUntil(() => complaints(gateway).length > 0, 8_000, "the complaint");
    for (let round = 0; round < 30; round += 1) assert.equal((await gateway.request({ host: "app.test" })).status, 200);
    const tookMs: number[] = [];
    for (let count = 0; count < 3; count += 1) tookMs.push((await gateway.request({ host: "app.test" })).headMs);
    assert.ok(Math.min(...tookMs) < 1_900, `requests took ${tookMs.join(", ")} ms`);
    const [complaint] = complaints(gateway);
    assert.equal(complaint?.["level"], "warn");
    assert.match(String(complaint?.["msg"]), said);
    assert.ok(!String(complaint?.["msg"]).includes("secret"));

    const beganMs = performance.now();
    assert.equal(await gateway.stop(), 0);
    assert.ok(performance.now() - beganMs < 5_000, "the end does not wait for the collector");
    assert.equal(complaints(gateway).length, 1);
  });
}

test("a collector that dies with the gateway holds its end up for a moment at most", async (t) => {
  const url = await startSilence(t);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: "60000" };
  const gateway = await startTraced(t, [await processContainer("app")], env);
  await gateway.request({ host: "app.test" });
  const beganMs = performance.now();
  assert.equal(await gateway.stop(), 0);
  assert.ok(performance.now() - beganMs < 6_000, `it took ${performance.now() - beganMs} ms`);
});

function complaints({ log }: Gateway): Gateway["log"] {
  return log.filter(({ msg }) => /traces/u.test(String(msg)));
}

/** Accepts connections and sends nothing. */
async function startSilence(t: TestContext): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The OpenTelemetry packages that a process has loaded after its start with this environment. */
async function loadedPackages(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const script = `
    import { createRequire } from "node:module";
    import { loadTracing } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/telemetry/tracing/load-tracing.ts"))};
    await loadTracing({ env: ${JSON.stringify(env)}, version: "0", warn: console.error });
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(files.flatMap((file) => /@opentelemetry.([a-z-]+)/.exec(file)?.[1] ?? [])));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  return [...new Set(JSON.parse(stdout) as string[])];
}

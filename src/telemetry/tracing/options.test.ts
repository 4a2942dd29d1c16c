import assert from "node:assert/strict";
import { test } from "node:test";
import { readTracingOptions, type TracingOptions } from "./options.ts";

type Env = Readonly<Record<string, string>>;

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.test:4318" };

function read(env: Env): { readonly options: TracingOptions | undefined; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  return { options: readTracingOptions(env, (message) => warnings.push(message)), warnings };
}

const switches: readonly [rule: string, env: Env, on: boolean, warnings: number][] = [
  ["nothing is sent unless somebody asks for it", {}, false, 0],
  ["an endpoint turns traces on", endpoint, true, 0],
  ["so does one for traces alone", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c.test/v1/traces" }, true, 0],
  ["so does the exporter's name, which then asks the standard port", { OTEL_TRACES_EXPORTER: "otlp" }, true, 0],
  ["an empty variable counts as unset", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, false, 0],
  [
    "a name or a sampler alone turns nothing on",
    { OTEL_SERVICE_NAME: "x", OTEL_TRACES_SAMPLER: "always_on" },
    false,
    0,
  ],
  ["OTEL_SDK_DISABLED wins", { ...endpoint, OTEL_SDK_DISABLED: "TRUE" }, false, 0],
  ["only true disables", { ...endpoint, OTEL_SDK_DISABLED: "1" }, true, 0],
  ["the exporter none turns traces off", { ...endpoint, OTEL_TRACES_EXPORTER: "none" }, false, 0],
  ["an unknown exporter is reported", { ...endpoint, OTEL_TRACES_EXPORTER: "zipkin" }, false, 1],
  ["one of several exporters is enough", { ...endpoint, OTEL_TRACES_EXPORTER: "console, otlp" }, true, 0],
  ["gRPC is reported, and not tried", { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, false, 1],
  [
    "the protocol for traces wins",
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" },
    true,
    0,
  ],
  ["an address without a scheme is reported", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, false, 1],
];
for (const [rule, env, on, warnings] of switches) {
  test(rule, () => {
    const found = read(env);
    assert.equal(found.options !== undefined, on);
    assert.equal(found.warnings.length, warnings);
  });
}

const samplers: readonly [rule: string, env: Env, sampler: string, ratio: number, warnings: number][] = [
  ["the sampling of the parent counts, and every trace of our own is kept", {}, "parentbased_always_on", 1, 0],
  [
    "a ratio is taken",
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    "traceidratio",
    0.25,
    0,
  ],
  [
    "a ratio above 1 is reported",
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "25" },
    "traceidratio",
    1,
    1,
  ],
  ["an unknown sampler is reported", { OTEL_TRACES_SAMPLER: "sometimes" }, "parentbased_always_on", 1, 1],
  ["letter case does not count", { OTEL_TRACES_SAMPLER: "Always_Off" }, "always_off", 1, 0],
];
for (const [rule, env, sampler, ratio, warnings] of samplers) {
  test(`sampling: ${rule}`, () => {
    const found = read({ ...endpoint, ...env });
    assert.deepEqual([found.options?.sampler, found.options?.ratio], [sampler, ratio]);
    assert.equal(found.warnings.length, warnings);
  });
}

test("the batch limits are used when they are whole numbers, and reported when they are not", () => {
  const env = { OTEL_BSP_SCHEDULE_DELAY: "200", OTEL_BSP_MAX_QUEUE_SIZE: "many", OTEL_BSP_EXPORT_TIMEOUT: "0" };
  const { options, warnings } = read({ ...endpoint, ...env });
  assert.deepEqual(options?.batch, { scheduledDelayMillis: 200 });
  assert.equal(warnings.length, 2);
});

test("the log names neither path nor credentials of an endpoint", () => {
  const { options } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://user:secret@c.test:8443/key" });
  assert.equal(options?.origin, "https://c.test:8443");
});

/**
 * The settings from the standard `OTEL_` variables, except those that the packages read themselves (endpoint, headers,
 * resource).
 */
export interface TracingOptions {
  readonly sampler: SamplerName;
  /** The share of traces to keep, from 0 to 1, for samplers that use one. */
  readonly ratio: number;
  /** The origin of the collector, without path and credentials, for the log. */
  readonly origin: string;
  readonly batch: BatchOptions;
}

/** The names of samplers in OTEL_TRACES_SAMPLER. */
export type SamplerName = (typeof SAMPLERS)[number];

/** The options of batches; unset ones have the SDK's defaults. */
export interface BatchOptions {
  readonly scheduledDelayMillis?: number;
  readonly exportTimeoutMillis?: number;
  readonly maxQueueSize?: number;
  readonly maxExportBatchSize?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables; `undefined` if tracing is off. `warn` is called for unusable values. */
export function readTracingOptions(env: Environment, warn: (message: string) => void): TracingOptions | undefined {
  const read = (name: string): string => env[name]?.trim() ?? "";
  if (read("OTEL_SDK_DISABLED").toLowerCase() === "true") return undefined;

  const endpoint = read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || read("OTEL_EXPORTER_OTLP_ENDPOINT");
  const exporters = read("OTEL_TRACES_EXPORTER")
    .toLowerCase()
    .split(/\s*,\s*/u);
  if (endpoint === "" && exporters[0] === "") return undefined;
  if (exporters.includes("none")) return undefined;
  if (exporters[0] !== "" && !exporters.includes("otlp")) {
    warn("OTEL_TRACES_EXPORTER must be otlp or none; no traces are sent");
    return undefined;
  }
  const protocol = read("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") || read("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol === "grpc") {
    warn("OTEL_EXPORTER_OTLP_PROTOCOL: the gateway sends OTLP over HTTP (port 4318), not gRPC; no traces are sent");
    return undefined;
  }
  const origin = originOf(endpoint === "" ? DEFAULT_ENDPOINT : endpoint);
  if (origin === undefined) {
    warn("OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// address; no traces are sent");
    return undefined;
  }
  return { ...readSampler(read, warn), origin, batch: readBatch(read, warn) };
}

const DEFAULT_ENDPOINT = "http://localhost:4318";

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

function originOf(endpoint: string): string | undefined {
  const url = URL.parse(endpoint);
  return url?.protocol === "http:" || url?.protocol === "https:" ? url.origin : undefined;
}

type Read = (name: string) => string;
type Warn = (message: string) => void;

function readSampler(read: Read, warn: Warn): Pick<TracingOptions, "sampler" | "ratio"> {
  const wanted = read("OTEL_TRACES_SAMPLER").toLowerCase() || "parentbased_always_on";
  const sampler = SAMPLERS.find((name) => name === wanted);
  if (sampler === undefined) warn(`OTEL_TRACES_SAMPLER must be one of ${SAMPLERS.join(", ")}; every trace is kept`);
  const text = read("OTEL_TRACES_SAMPLER_ARG") || "1";
  const ratio = Number(text);
  const isRatio = ratio >= 0 && ratio <= 1;
  if (!isRatio && wanted.endsWith("ratio"))
    warn("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1; every trace is kept");
  return { sampler: sampler ?? "parentbased_always_on", ratio: isRatio ? ratio : 1 };
}

const BATCH = [
  ["OTEL_BSP_SCHEDULE_DELAY", "scheduledDelayMillis"],
  ["OTEL_BSP_EXPORT_TIMEOUT", "exportTimeoutMillis"],
  ["OTEL_BSP_MAX_QUEUE_SIZE", "maxQueueSize"],
  ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "maxExportBatchSize"],
] as const;

function readBatch(read: Read, warn: Warn): BatchOptions {
  const given = BATCH.flatMap(([variable, option]) => {
    const text = read(variable);
    if (text === "") return [];
    const number = Number(text);
    if (Number.isInteger(number) && number > 0) return [[option, number] as const];
    warn(`${variable} must be a whole number above 0; using the default`);
    return [];
  });
  return Object.fromEntries(given);
}

/**
 * What the standard `OTEL_` variables set; what the packages read themselves (endpoint, headers, resource) is not
 * repeated.
 */
export interface TracingOptions {
  readonly sampler: SamplerName;
  /** The share of traces that are kept, for the samplers that take one; 0 to 1. */
  readonly ratio: number;
  /** Where spans go, without path and credentials; for the log. */
  readonly origin: string;
  readonly batch: BatchOptions;
}

export type SamplerName = (typeof SAMPLERS)[number];

/** Unset: the SDK's own. */
export interface BatchOptions {
  readonly scheduledDelayMillis?: number;
  readonly exportTimeoutMillis?: number;
  readonly maxQueueSize?: number;
  readonly maxExportBatchSize?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns whether traces are on, and how; `undefined`: off. `warn` gets what cannot be done as written. */
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
  const asked = read("OTEL_TRACES_SAMPLER").toLowerCase() || "parentbased_always_on";
  const sampler = SAMPLERS.find((name) => name === asked);
  if (sampler === undefined) warn(`OTEL_TRACES_SAMPLER must be one of ${SAMPLERS.join(", ")}; every trace is kept`);
  const text = read("OTEL_TRACES_SAMPLER_ARG") || "1";
  const ratio = Number(text);
  const isRatio = ratio >= 0 && ratio <= 1;
  if (!isRatio && asked.endsWith("ratio"))
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

import { setTimeout as sleep } from "node:timers/promises";
import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { reportingExporter } from "./exporter.ts";
import type { TracingOptions } from "./options.ts";

/** Longer texts are cut: paths come from clients. */
const LONGEST_VALUE = 1_024;
const CLOSE_MS = 2_000;

/** The tracer, and its end. */
export interface OpenTracer {
  readonly tracer: Tracer;
  /** Sends what is left, for two seconds at most, and not at all where the last export failed. */
  close(): Promise<void>;
}

/**
 * The SDK as configured by the `OTEL_` variables; nothing global is registered. It reads endpoint, headers and resource
 * itself.
 */
export function openTracer(
  { sampler, ratio, origin, batch }: TracingOptions,
  { version, warn }: { readonly version: string; readonly warn: (message: string) => void },
): OpenTracer {
  const exporter = reportingExporter(new OTLPTraceExporter(), (why) => warn(`traces do not reach ${origin}: ${why}`));
  const own = resourceFromAttributes({ "service.name": "docker-awakening-gateway", "service.version": version });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerFor(sampler, ratio),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batch })],
  });
  return {
    tracer: provider.getTracer("docker-awakening-gateway", version),
    async close() {
      if (exporter.failing()) return;
      const over = new AbortController();
      const late = sleep(CLOSE_MS, undefined, { signal: over.signal });
      // The exporter reports whether the last spans arrived.
      await Promise.race([provider.shutdown(), late]).catch(() => {});
      over.abort();
      await late.catch(() => {});
    },
  };
}

function samplerFor(name: TracingOptions["sampler"], ratio: number): Sampler {
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

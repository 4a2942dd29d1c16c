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

/** Longer values are cut, because clients choose paths. */
const LONGEST_VALUE = 1_024;
const CLOSE_MS = 2_000;

/** A tracer and the function that closes it. */
export interface OpenTracer {
  readonly tracer: Tracer;
  /** Sends the remaining spans, within two seconds; does not try if the last export failed. */
  close(): Promise<void>;
}

/**
 * Starts the SDK, which reads endpoint, headers and resource from the `OTEL_` variables itself. Registers nothing
 * globally.
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
      // The exporter reports a failure of the last export.
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

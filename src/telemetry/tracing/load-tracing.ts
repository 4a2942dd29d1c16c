import type { Tracing, TracingSources } from "./tracing.ts";
import { readTracingOptions } from "./options.ts";

interface LoadTracingDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly warn: (message: string) => void;
}

/**
 * Starts tracing; `undefined` unless an `OTEL_` variable enables it. The SDK takes 24 MB, so it is loaded only then.
 */
export async function loadTracing(deps: LoadTracingDeps): Promise<((sources: TracingSources) => Tracing) | undefined> {
  const options = readTracingOptions(deps.env, deps.warn);
  if (options === undefined) return undefined;
  const [{ openTracer }, { createTracing }] = await Promise.all([import("./tracer.ts"), import("./spans.ts")]);
  const tracer = openTracer(options, deps);
  return (sources) => createTracing(tracer, sources);
}

import type { Tracing, TracingSources } from "./tracing.ts";
import { readTracingOptions } from "./options.ts";

interface LoadTracingDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly warn: (message: string) => void;
}

/**
 * Loads tracing if an `OTEL_` variable enables it, else returns `undefined`. The SDK takes 24 MB, so it is only loaded
 * then.
 */
export async function loadTracing(deps: LoadTracingDeps): Promise<((sources: TracingSources) => Tracing) | undefined> {
  const options = readTracingOptions(deps.env, deps.warn);
  if (options === undefined) return undefined;
  const [{ openTracer }, { createTracing }] = await Promise.all([import("./tracer.ts"), import("./spans.ts")]);
  const tracer = openTracer(options, deps);
  return (sources) => createTracing(tracer, sources);
}

import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { MetricFamily } from "./metric-families.ts";

/**
 * Creates the formatter of plain numbers as Prometheus text. prom-client is only loaded here, so that it costs nothing
 * without scrapes.
 */
export function createExposition(
  families: readonly MetricFamily[],
): () => Promise<{ readonly contentType: string; readonly body: string }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // costs 0.2 % of a CPU, so only from the first scrape on
  for (const { name, help, type, samples } of families) {
    // To a registry a metric is any object with a name that can be read, so prom-client need not store our numbers
    // again.
    const get = (): Promise<object> => Promise.resolve({ name, help, type, values: samples(), aggregator: "sum" });
    registry.registerMetric({ name, get } as unknown as Metric);
  }
  return async () => ({ contentType: registry.contentType, body: await registry.metrics() });
}

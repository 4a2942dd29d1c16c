import { setImmediate } from "node:timers/promises";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricFamily, Sample } from "./metric-families.ts";

/**
 * Creates the formatter of plain numbers as Prometheus text. prom-client, which adds the metrics of the process, is only
 * loaded here, so that it costs nothing without scrapes.
 */
export function createExposition(
  families: readonly MetricFamily[],
): () => Promise<{ readonly contentType: string; readonly body: Buffer }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // costs 0.2 % of a CPU, so only from the first scrape on
  return async () => {
    const pieces = [Buffer.from(await registry.metrics())];
    for (const family of families) {
      for (const text of formatFamily(family)) pieces.push(Buffer.from(text));
      await setImmediate(); // with thousands of containers a scrape would otherwise delay requests
    }
    return { contentType: registry.contentType, body: Buffer.concat(pieces) };
  };
}

/**
 * Formats a metric in pieces of limited length, which the garbage collector need not move. prom-client is much slower.
 */
function* formatFamily({ name, help, type, samples }: MetricFamily): Iterable<string> {
  let text = `\n# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const { metricName = name, labels, value } of samples()) {
    text += `${metricName}{${formatLabels(labels)}} ${value}\n`;
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = "";
  }
  yield text;
}

const PIECE_LENGTH = 32 * 1024;

function formatLabels(labels: Sample["labels"]): string {
  let text = "";
  for (const label in labels) text += `${text === "" ? "" : ","}${label}="${escape(`${labels[label]}`)}"`;
  return text;
}

function escape(value: string): string {
  return SPECIAL.test(value)
    ? value
        .replaceAll("\\", "\\\\")
        .replaceAll("\n", String.raw`\n`)
        .replaceAll('"', String.raw`\"`)
    : value;
}

const SPECIAL = /["\\\n]/u;

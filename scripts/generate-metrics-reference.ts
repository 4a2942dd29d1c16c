import { metricFamilies } from "../src/telemetry/metric-families.ts";
import { table } from "./markdown-table.ts";

/** docs/metrics.md, from the families that a scrape writes. */
export function generate(): Record<string, string> {
  const nothing = new Map<string, never>();
  const families = metricFamilies(
    { now: () => 0, records: () => nothing, routes: () => nothing },
    { workloads: () => nothing, auth: nothing, engine: nothing, down: new Set() },
  );
  const rows = families.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  const text = `<!-- Made from src/telemetry/metric-families.ts by \`npm run generate\`; edits here are overwritten. -->

# Metrics

\`GET /_metrics\` answers in Prometheus's text format, to administrators: with \`admin_auth\` set Prometheus needs the same [credentials](configuration.md), with \`admin_hosts\` set it must ask one of those hosts.

${table(["metric", "type", "labels", "what it says"], rows)}

- A **histogram** is three series: \`…_bucket\` with the label \`le\`, \`…_sum\` and \`…_count\`. It is there from the first observation on.
- Labels contain only names from the configuration and from fixed lists. A stranger's Host never becomes a label.
- \`gateway_stop_vetoes_total\` has the \`reason\` \`traffic\`, \`connections\`, \`cpu\`, \`busy-path\` or \`exec\`.
- \`status_code\` 499 is a client that left before its answer. The loading page and everything that is asleep or waking is a 503, a failed wake a 502.
- \`state\` is one of \`unseen\`, \`absent\`, \`asleep\`, \`paused\`, \`starting\`, \`unready\` (it runs and does not answer), \`ready\`, \`draining\`, \`stopping\`, \`failed\`.
- Counters begin at 0 with the gateway; \`gateway_asleep_seconds_total\` goes on over its restarts, as long as the state file is kept.
- What prom-client tells of the process itself is there too: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\` and others.

[examples/prometheus](../examples/prometheus) has a configuration and alert rules, [examples/grafana](../examples/grafana) a dashboard. For single wakes use [traces](tracing.md).
`;
  return { "docs/metrics.md": text };
}

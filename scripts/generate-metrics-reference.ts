import { FAILURE_REASONS } from "../src/core/failure.ts";
import { metricFamilies } from "../src/telemetry/metric-families.ts";
import { table } from "./markdown-table.ts";

/** Generates docs/metrics.md from the metrics of a scrape. */
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

\`GET /_metrics\` returns metrics in Prometheus's text format to administrators. If \`admin_auth\` is set, Prometheus needs the same [credentials](configuration.md); if \`admin_hosts\` is set, it must scrape one of those hosts.

${table(["metric", "type", "labels", "meaning"], rows)}

- A **histogram** is three series: \`…_bucket\` with the label \`le\`, \`…_sum\` and \`…_count\`. It appears with the first observation.
- Labels contain only names from the configuration and from fixed lists. A Host header from a client never becomes a label.
- \`gateway_stop_vetoes_total\` has the \`reason\` \`traffic\`, \`connections\`, \`cpu\`, \`busy-path\` or \`exec\`.
- \`gateway_start_failures_total\` has as \`reason\` one of ${FAILURE_REASONS.map((reason) => `\`${reason}\``).join(", ")} ([meaning](errors.md#wake-failed)); a reason appears with the first failure.
- \`status_code\` 499 means that the client disconnected before its response. The loading page and all responses for a sleeping or waking app count as 503, a failed wake as 502.
- \`state\` is one of \`unseen\`, \`absent\`, \`asleep\`, \`paused\`, \`starting\`, \`unready\` (it runs but does not answer), \`ready\`, \`draining\`, \`stopping\`, \`failed\`.
- Counters start at 0 with the gateway; \`gateway_asleep_seconds_total\` continues after a restart if the state file is kept.
- The metrics of prom-client about the process are included: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\` and others.

[examples/prometheus](../examples/prometheus) has a configuration and alert rules, [examples/grafana](../examples/grafana) a dashboard. To examine a single wake, use [traces](tracing.md).
`;
  return { "docs/metrics.md": text };
}

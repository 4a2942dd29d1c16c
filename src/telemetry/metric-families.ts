import { STATUS_NAMES } from "../core/workload-state.ts";
import { timeAsleepMs } from "../core/time-asleep.ts";
import type { DurationHistogram } from "./duration-histogram.ts";
import type { MetricsDeps, Tallies } from "./metrics-sources.ts";
import { seenStatuses, type WorkloadTally } from "./workload-tally.ts";

/** A metric with its current numbers. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly samples: () => Iterable<Sample>;
}

/** A value of a metric with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** Creates all metrics of the gateway; docs and dashboards use their names. */
// oxlint-disable-next-line max-lines-per-function -- a table: one entry a metric
export function metricFamilies(deps: MetricsDeps, tallies: Tallies): readonly MetricFamily[] {
  const { workloads } = tallies;
  return [
    {
      name: "gateway_requests_total",
      help: "Responses sent for a container, by status; 499: the client disconnected.",
      type: "counter",
      labels: ["container", "status_code"],
      samples: () =>
        each(workloads(), (container, tally) =>
          seenStatuses(tally).map(([status_code, value]) => ({ labels: { container, status_code }, value })),
        ),
    },
    {
      name: "gateway_request_duration_seconds",
      help: "Time from a request to the end of its response.",
      type: "histogram",
      labels: ["container"],
      samples: () => durations("gateway_request_duration_seconds", workloads(), (tally) => tally.requestSeconds),
    },
    {
      name: "gateway_starts_total",
      help: "Wakes that ended, by result (success or error).",
      type: "counter",
      labels: ["container", "result"],
      samples: () =>
        each(workloads(), (container, { startsGood, failures }) => [
          { labels: { container, result: "success" }, value: startsGood },
          { labels: { container, result: "error" }, value: sum(failures.values()) },
        ]),
    },
    {
      name: "gateway_start_failures_total",
      help: "Failed wakes, by reason.",
      type: "counter",
      labels: ["container", "reason"],
      samples: () => each(workloads(), (container, { failures }) => reasons(container, failures)),
    },
    {
      name: "gateway_start_duration_seconds",
      help: "Time from the start of a wake to the app's first answer.",
      type: "histogram",
      labels: ["container"],
      samples: () => durations("gateway_start_duration_seconds", workloads(), (tally) => tally.startSeconds),
    },
    {
      name: "gateway_idle_stops_total",
      help: "Stops because of idleness.",
      type: "counter",
      labels: ["container"],
      samples: () => each(workloads(), (container, { idleStops }) => [{ labels: { container }, value: idleStops }]),
    },
    {
      name: "gateway_stop_vetoes_total",
      help: "Stops postponed because the container was in use, by signal.",
      type: "counter",
      labels: ["container", "reason"],
      samples: () => each(workloads(), (container, { vetoes }) => reasons(container, vetoes)),
    },
    {
      name: "gateway_asleep_seconds_total",
      help: "Time asleep, restarts of the gateway included.",
      type: "counter",
      labels: ["container"],
      samples: () =>
        each(deps.records(), (container, record) => [
          { labels: { container }, value: timeAsleepMs(record, deps.now()) / 1000 },
        ]),
    },
    {
      name: "gateway_container_state",
      help: "1 for its current state, 0 for the others.",
      type: "gauge",
      labels: ["container", "state"],
      samples: () =>
        each(deps.records(), (container, { state: { status } }) =>
          STATUS_NAMES.map((state) => ({ labels: { container, state }, value: state === status ? 1 : 0 })),
        ),
    },
    {
      name: "gateway_open_leases",
      help: "Open requests and tunnels, by kind.",
      type: "gauge",
      labels: ["container", "kind"],
      samples: () =>
        each(deps.records(), (container, { leasesByKind }) =>
          Object.entries(leasesByKind).map(([kind, value]) => ({ labels: { container, kind }, value })),
        ),
    },
    {
      name: "gateway_pending_requests",
      help: "Requests that wait for the container; those for a group count under the group's name.",
      type: "gauge",
      labels: ["container"],
      samples: () => each(deps.routes(), (container, { queue }) => [{ labels: { container }, value: queue.pending }]),
    },
    {
      name: "gateway_auth_requests_total",
      help: "Auth requests of front proxies, by answer.",
      type: "counter",
      labels: ["front", "answer"],
      samples: () => pairs(tallies.auth, "front", "answer"),
    },
    {
      name: "gateway_engine_requests_total",
      help: "Calls of the engine (Docker), by result.",
      type: "counter",
      labels: ["operation", "result"],
      samples: () => pairs(tallies.engine, "operation", "result"),
    },
    {
      name: "gateway_engine_up",
      help: "1 while the engine (docker, process, swarm, kubernetes, or one of several Docker hosts by its name) can be reached; only those that are in use.",
      type: "gauge",
      labels: ["engine"],
      samples: () =>
        enginesInUse(deps.records()).map((engine) => ({ labels: { engine }, value: tallies.down.has(engine) ? 0 : 1 })),
    },
  ];
}

/** Returns the engines in use. Docker counts as used unless all workloads have other engines. */
function enginesInUse(records: ReturnType<MetricsDeps["records"]>): readonly string[] {
  return records.size === 0 ? ["docker"] : [...new Set([...records.values()].map(({ engine }) => engine.id))];
}

function* each<T>(rows: ReadonlyMap<string, T>, read: (name: string, row: T) => readonly Sample[]): Iterable<Sample> {
  for (const [name, row] of rows) yield* read(name, row);
}

/**
 * Returns samples only for reasons that occurred, because all reasons of all containers would be thousands of lines.
 */
function reasons(container: string, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([reason, value]) => ({ labels: { container, reason }, value }));
}

function sum(counts: Iterable<number>): number {
  return Iterator.from(counts).reduce((total, value) => total + value, 0);
}

function pairs(
  rows: ReadonlyMap<string, ReadonlyMap<string | number, number>>,
  first: string,
  second: string,
): Iterable<Sample> {
  return each(rows, (name, row) =>
    [...row].map(([key, value]) => ({ labels: { [first]: name, [second]: key }, value })),
  );
}

function durations(
  name: string,
  workloads: ReadonlyMap<string, WorkloadTally>,
  of: (tally: WorkloadTally) => DurationHistogram,
): Iterable<Sample> {
  return each(workloads, (container, tally) => histogramSamples(name, container, of(tally)));
}

/** Returns no samples before the first observation, which saves thirteen lines for each unused container. */
function histogramSamples(name: string, container: string, histogram: DurationHistogram): Sample[] {
  const { bounds, counts, sumSeconds } = histogram;
  let total = 0;
  const samples: Sample[] = [];
  for (const [index, count] of counts.entries()) {
    total += count;
    samples.push({ metricName: `${name}_bucket`, labels: { container, le: bounds[index] ?? "+Inf" }, value: total });
  }
  if (total === 0) return [];
  samples.push({ metricName: `${name}_sum`, labels: { container }, value: sumSeconds });
  samples.push({ metricName: `${name}_count`, labels: { container }, value: total });
  return samples;
}

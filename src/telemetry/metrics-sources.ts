import type { WorkloadTally } from "./workload-tally.ts";

/** The part of a workload's record that a scrape reads. */
export interface MeteredWorkload {
  readonly name: string;
  readonly state: { readonly status: string };
  readonly engine: { readonly id: string };
  readonly leasesByKind: Readonly<Record<string, number>>;
  /** The time asleep before `asleepSinceMs`; while it sleeps, the time since then is added. */
  readonly asleepMs: number;
  readonly asleepSinceMs: number;
}

/** What the metrics need. */
export interface MetricsDeps {
  /** The life cycle's clock. */
  readonly now: () => number;
  /** Returns the workloads by name; only these names become labels. */
  readonly records: () => ReadonlyMap<string, MeteredWorkload>;
  /** Returns the held requests by route name. */
  readonly routes: () => ReadonlyMap<string, { readonly queue: { readonly pending: number } }>;
}

/** The counters that a scrape reads. */
export interface Tallies {
  readonly workloads: () => ReadonlyMap<string, WorkloadTally>;
  readonly auth: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  readonly engine: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  /** The engines that are unreachable at present. */
  readonly down: ReadonlySet<string>;
}

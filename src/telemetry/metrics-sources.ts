import type { WorkloadTally } from "./workload-tally.ts";

/** What metrics read of a workload at a scrape; the life cycle's records are such. */
export interface MeteredWorkload {
  readonly name: string;
  readonly state: { readonly status: string };
  readonly engine: { readonly kind: string };
  readonly leasesByKind: Readonly<Record<string, number>>;
  /** Time asleep up to `asleepSinceMs`, which counts while it is asleep. */
  readonly asleepMs: number;
  readonly asleepSinceMs: number;
}

export interface MetricsDeps {
  /** The life cycle's clock. */
  readonly now: () => number;
  /** By name; only what is in here ever becomes a label. */
  readonly records: () => ReadonlyMap<string, MeteredWorkload>;
  /** Requests that wait, by the name of their route. */
  readonly routes: () => ReadonlyMap<string, { readonly queue: { readonly pending: number } }>;
}

/** Plain numbers, read by the exposition. */
export interface Tallies {
  readonly workloads: ReadonlyMap<string, WorkloadTally>;
  readonly auth: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  readonly engine: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  /** Engines that cannot be reached at present. */
  readonly down: ReadonlySet<string>;
}

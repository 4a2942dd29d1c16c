import type { WorkloadTally } from "./workload-tally.ts";

/** What a scrape reads of a workload; the records of the life cycle have it. */
export interface MeteredWorkload {
  readonly name: string;
  readonly state: { readonly status: string };
  readonly engine: { readonly id: string };
  readonly leasesByKind: Readonly<Record<string, number>>;
  /** Time asleep up to `asleepSinceMs`, which counts while it is asleep. */
  readonly asleepMs: number;
  readonly asleepSinceMs: number;
}

export interface MetricsDeps {
  /** The life cycle's clock. */
  readonly now: () => number;
  /** By name; only these names become a label. */
  readonly records: () => ReadonlyMap<string, MeteredWorkload>;
  /** Requests that are held, by route name. */
  readonly routes: () => ReadonlyMap<string, { readonly queue: { readonly pending: number } }>;
}

/** Plain numbers, read by the exposition. */
export interface Tallies {
  readonly workloads: () => ReadonlyMap<string, WorkloadTally>;
  readonly auth: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  readonly engine: ReadonlyMap<string, ReadonlyMap<string | number, number>>;
  /** Engines that are unreachable at present. */
  readonly down: ReadonlySet<string>;
}

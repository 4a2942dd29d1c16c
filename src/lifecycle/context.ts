import type { Emit } from "../core/events.ts";
import type { WakeCause } from "../core/wake-cause.ts";
import type { WorkloadEvent } from "../core/workload-state.ts";
import type { DirectFronts } from "./direct-fronts.ts";
import type { Clock, Probe } from "./ports.ts";
import type { WorkloadRecord } from "./workload/record.ts";
import type { Truces } from "./reconcile/truces.ts";

/** What all parts of the life cycle share: time, the probe, the event stream and the only way to change a state. */
export interface LifecycleContext {
  readonly clock: Clock;
  readonly probe: Probe;
  readonly emit: Emit;
  /** The workloads that another tool is updating. */
  readonly truces: Truces;
  readonly fronts: DirectFronts;
  /** Applies an event to a record. Its reactions run at once, or after those that are in progress. */
  readonly dispatch: (record: WorkloadRecord, event: WorkloadEvent) => void;
  /** Wakes `record` and its dependencies, unless they are ready or waking. */
  readonly wake: (record: WorkloadRecord, cause: WakeCause, force?: boolean) => void;
  /** Sets the record's timer to its next deadline. */
  readonly rearm: (record: WorkloadRecord) => void;
  /** Schedules a save of `record`, because something that survives a restart has changed. */
  readonly remember: (record: WorkloadRecord) => void;
  /** Saves `record` at once; resolves when it is stored. */
  readonly save: (record: WorkloadRecord) => Promise<void>;
}

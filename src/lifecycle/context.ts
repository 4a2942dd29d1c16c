import type { Emit } from "../core/events.ts";
import type { WakeCause } from "../core/wake-cause.ts";
import type { WorkloadEvent } from "../core/workload-state.ts";
import type { DirectFronts } from "./direct-fronts.ts";
import type { Clock, Probe } from "./ports.ts";
import type { WorkloadRecord } from "./workload/record.ts";
import type { Truces } from "./reconcile/truces.ts";

/** What all of the life cycle shares: time, the probe, the event stream and the one way to change a state. */
export interface LifecycleContext {
  readonly clock: Clock;
  readonly probe: Probe;
  readonly emit: Emit;
  /** The workloads that another tool is working on. */
  readonly truces: Truces;
  readonly fronts: DirectFronts;
  /** Applies an event to a record; what follows from that runs at once, or after the reactions that are under way. */
  readonly dispatch: (record: WorkloadRecord, event: WorkloadEvent) => void;
  /** Ensures that `record` is ready or on its way, together with what it needs. */
  readonly wake: (record: WorkloadRecord, cause: WakeCause, force?: boolean) => void;
  /** Recalculates when the record's timer must fire. */
  readonly rearm: (record: WorkloadRecord) => void;
  /** Something of `record` that is worth keeping across a restart has changed. */
  readonly remember: (record: WorkloadRecord) => void;
  /** The same, and resolves when it is stored. */
  readonly save: (record: WorkloadRecord) => Promise<void>;
}

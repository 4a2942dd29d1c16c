import type { WakeCause } from "../../../core/wake-cause.ts";
import type { TransitionCause } from "../../../core/transition-cause.ts";
import type { WorkloadState } from "../../../core/workload-state.ts";
import type { Memory } from "../../ports.ts";

/** How the wakes of a workload went, and for how long it slept. */
export interface HistoryPart {
  wakeCause: WakeCause | undefined;
  wakeStartedMs: number;
  failures: number;
  failedAtMs: number | undefined;
  wakesMs: readonly number[];
  wakesTotal: number;
  awakeSinceMs: number;
  asleepSinceMs: number;
  asleepMs: number;
  memoryBytes: number | undefined;
  readonly timeline: TimelineEntry[];
}

/** One change of a workload's state. */
export interface TimelineEntry {
  readonly wallMs: number;
  readonly from: WorkloadState["status"];
  readonly to: WorkloadState["status"];
  readonly cause: TransitionCause;
}

/** Creates the part of a new record, from what was stored before a restart. */
export function createHistoryPart(memory: Memory | undefined, nowMs: number): HistoryPart {
  return {
    wakeCause: undefined,
    wakeStartedMs: 0,
    failures: memory?.failures ?? 0,
    failedAtMs: memory?.failedAtMs,
    wakesMs: memory?.wakesMs ?? [],
    wakesTotal: memory?.wakesTotal ?? 0,
    awakeSinceMs: nowMs,
    asleepSinceMs: nowMs,
    asleepMs: memory?.asleepMs ?? 0,
    memoryBytes: undefined,
    timeline: [],
  };
}

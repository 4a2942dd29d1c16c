import type { DependencyCondition, WorkloadSettings } from "../../core/settings.ts";
import type { WorkloadState } from "../../core/workload-state.ts";
import type { Engine, Memory, WorkloadRef } from "../ports.ts";
import { targetPortOf } from "../wake/target-port.ts";
import { createEndPart, type EndPart } from "./parts/end.ts";
import { createFrontPart, type FrontPart } from "./parts/front.ts";
import { createHistoryPart, type HistoryPart } from "./parts/history.ts";
import { createLimitsPart, type LimitsPart } from "./parts/limits.ts";
import { createPortRecord, createProbePart, namedPortRecords, type PortRecord, type ProbePart } from "./parts/probe.ts";
import { createRunPart, type RunPart } from "./parts/run.ts";
import { createUsePart, type UsePart } from "./parts/use.ts";
import type { Schedule } from "./schedule.ts";

/** Everything known of one workload; there is one record per name for as long as it is configured. */
export interface WorkloadRecord
  extends PortRecord, UsePart, RunPart, EndPart, LimitsPart, ProbePart, HistoryPart, FrontPart {
  readonly name: string;
  settings: WorkloadSettings;
  engine: Engine;
  schedule: Schedule | undefined;
  /** The schedule's next opening or closing (wall clock), until it was acted on. */
  nextScheduleChange: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  dependencies: readonly DependencyLink[];
  dependents: readonly WorkloadRecord[];
  /** The workload whose network it uses, or used until that one was removed. */
  networkOwner: string | undefined;
  /** Running containers without a record that use its network. */
  tenants: readonly string[];

  state: WorkloadState;
  lastRun: number;
  /** The other ports, which hosts name, by their numbers. */
  named: ReadonlyMap<number, PortRecord>;
  job: AbortController | undefined;
  /** Nobody wakes it before then; 0: it is not suspended. */
  suspendedUntilMs: number;
  timer: { readonly atMs: number; readonly abort: AbortController } | undefined;

  readonly waiters: Set<Waiter>;
  /** Called at each change of status or phase: long polls and live pages. */
  readonly watchers: Set<() => void>;
  /** Called when a lease closes or the engine reports a change: jobs that wait for it. */
  readonly signals: Set<() => void>;
}

/** A workload and the port by which requests of one route reach it. */
export interface RouteMember {
  readonly record: WorkloadRecord;
  readonly port: PortRecord;
}

/** Somebody who waits for any of some workloads to let requests pass. */
export interface Waiter {
  readonly members: readonly RouteMember[];
  settle(outcome: "ready" | "failed"): void;
}

export interface DependencyLink {
  readonly record: WorkloadRecord;
  readonly condition: DependencyCondition;
  readonly sharesNetwork: boolean;
}

/** A record of a workload that has not been observed yet; `memory` is what a former run of the gateway knew. */
export function createRecord(
  settings: WorkloadSettings,
  engine: Engine,
  memory: Memory | undefined,
  nowMs: number,
): WorkloadRecord {
  return {
    name: settings.name,
    settings,
    engine,
    schedule: undefined,
    nextScheduleChange: undefined,
    dependencies: [],
    dependents: [],
    networkOwner: undefined,
    tenants: [],
    state: { status: "unseen", sinceMs: nowMs },
    lastRun: 0,
    named: namedPortRecords(settings),
    job: undefined,
    suspendedUntilMs: (memory?.suspendedUntilMs ?? 0) > nowMs ? (memory?.suspendedUntilMs ?? 0) : 0,
    timer: undefined,
    waiters: new Set(),
    watchers: new Set(),
    signals: new Set(),
    ...createPortRecord(),
    ...createUsePart(memory, nowMs),
    ...createRunPart(memory),
    ...createEndPart(memory),
    ...createLimitsPart(memory),
    ...createProbePart(settings, memory),
    ...createHistoryPart(memory, nowMs),
    ...createFrontPart(memory, nowMs),
  };
}

/** What the engine needs to know of it. */
export function refOf(record: WorkloadRecord): WorkloadRef {
  const { network, process, findsPort } = record.settings;
  return {
    name: record.name,
    targetPort: targetPortOf(record),
    network,
    ...(findsPort && { findsPort }),
    ...(record.named.size > 0 && { namedPorts: [...record.named.keys()] }),
    ...(process && { process }),
  };
}

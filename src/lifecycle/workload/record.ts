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

/** Everything known about one workload; there is one record per name while it is configured. */
export interface WorkloadRecord
  extends PortRecord, UsePart, RunPart, EndPart, LimitsPart, ProbePart, HistoryPart, FrontPart {
  readonly name: string;
  settings: WorkloadSettings;
  engine: Engine;
  schedule: Schedule | undefined;
  /** The schedule's next start or stop (wall clock), until it is carried out. */
  nextScheduleChange: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  dependencies: readonly DependencyLink[];
  dependents: readonly WorkloadRecord[];
  /** The workload whose network it uses, even if that one was removed. */
  networkOwner: string | undefined;
  /** Unmanaged running containers that use its network. */
  tenants: readonly string[];

  state: WorkloadState;
  lastRun: number;
  /** The ports that hosts name (`host=port`), by number. */
  named: ReadonlyMap<number, PortRecord>;
  job: AbortController | undefined;
  /** Requests do not wake it before then; 0: it is not suspended. */
  suspendedUntilMs: number;
  timer: { readonly atMs: number; readonly abort: AbortController } | undefined;

  readonly waiters: Set<Waiter>;
  /** Long polls and live pages, called at each change of status or phase. */
  readonly watchers: Set<() => void>;
  /** Waiting jobs, called when a lease closes or the engine reports a change. */
  readonly signals: Set<() => void>;
}

/** A workload and the port to which a route sends requests. */
export interface RouteMember {
  readonly record: WorkloadRecord;
  readonly port: PortRecord;
}

/** A held request, which waits until one of its members lets requests pass. */
export interface Waiter {
  readonly members: readonly RouteMember[];
  settle(outcome: "ready" | "failed"): void;
}

/** A dependency of a record, with the condition that it must meet. */
export interface DependencyLink {
  readonly record: WorkloadRecord;
  readonly condition: DependencyCondition;
  readonly sharesNetwork: boolean;
}

/** Creates the record of a workload that has not been observed yet; `memory` was stored before a restart. */
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

/** Returns what the engine needs to know about a workload. */
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

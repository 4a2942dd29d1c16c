import { forgetFailures } from "../wake/wake-history.ts";
import { stoppedObservation, type InventoryItem, type Observation } from "../../core/observation.ts";
import { isAnotherRun, isRecreated } from "../workload/another-run.ts";
import type { LifecycleContext } from "../context.ts";
import { observe, recordObservation } from "./observe.ts";
import { followInstances } from "../workload/follow-instances.ts";
import { notify } from "../workload/notify.ts";
import { isOneShot } from "../workload/one-shot.ts";
import { type Engine, EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** What an engine reported about one container, and what was known before. */
export interface Finding {
  /** `undefined`: it is not a workload, or one with a job in progress. */
  readonly record: WorkloadRecord | undefined;
  readonly last: Observation | undefined;
  readonly state: WorkloadRecord["state"] | undefined;
  readonly settings: WorkloadRecord["settings"] | undefined;
  /** `undefined`: the engine is unreachable. */
  readonly seen: Observation | undefined;
}

/** What must follow: `again`: another query at once, because it changed meanwhile; `later`: one at the next change. */
export type Outcome = "done" | "again" | "later";

/**
 * Observes the container of this name, which may not be a workload. If a job of the workload is in progress, the result
 * is not stored in the record, because the job makes its own observations and must see every change first.
 */
export async function query(engine: Engine, name: string, record: WorkloadRecord | undefined): Promise<Finding> {
  if (record !== undefined && record.job === undefined) return observeRecord(record);
  const nobody = { record: undefined, last: undefined, state: undefined, settings: undefined };
  try {
    const ref = record === undefined ? { name, targetPort: undefined, network: "" } : refOf(record);
    return { ...nobody, seen: await engine.observe(ref) };
  } catch (error) {
    if (error instanceof EngineError) return { ...nobody, seen: undefined };
    throw error;
  }
}

async function observeRecord(record: WorkloadRecord): Promise<Finding> {
  const { observation: last, state, settings } = record;
  return { record, last, state, settings, seen: await observe(record) };
}

/**
 * Applies a finding to a record that may have been created, or changed its settings, since the query. `undefined`: it
 * must be observed again, because settings determine how a running workload is reached.
 */
export function findingOf(record: WorkloadRecord, finding: Finding): Finding | undefined {
  const { seen } = finding;
  if (record === finding.record) return record.settings === finding.settings || isAtRest(seen) ? finding : undefined;
  if (seen === undefined || !isAtRest(seen) || record.observation !== undefined) return undefined;
  const { observation: last, state, settings } = record;
  recordObservation(record, seen);
  return { record, last, state, settings, seen };
}

function isAtRest(seen: Observation | undefined): boolean {
  return seen !== undefined && !ran(seen);
}

/** Applies an observation to the record. */
export function settle(context: LifecycleContext, record: WorkloadRecord, { last, state, seen }: Finding): Outcome {
  try {
    if (seen === undefined) return "later";
    if (record.state !== state) return observesItself(record) ? "later" : "again";
    if (last !== undefined && isRecreated(last, seen)) forgetFailures(record);
    context.dispatch(record, { type: "observed", observation: seen, restarted: isAnotherRun(record, last, seen) });
    followInstances(context, record);
    return "done";
  } finally {
    notify(record.signals);
  }
}

/**
 * Returns whether a list contradicts the last observation. `isLost`: events may have been missed, so that even an
 * unchanged status does not prove that nothing happened.
 */
export function isStale(record: WorkloadRecord, item: InventoryItem | undefined, isLost: boolean): boolean {
  const { observation: last } = record;
  if (last === undefined || observesItself(record)) return true;
  if (isLost && ran(last)) return true;
  return last.status !== (item?.status ?? "absent") || last.id !== (item?.id ?? "");
}

/** Updates the record after a list or an event (`isChanged`); observes it if the list is not sufficient. */
export async function refresh(
  context: LifecycleContext,
  record: WorkloadRecord,
  item: InventoryItem | undefined,
  isChanged: boolean,
): Promise<Outcome> {
  // Its job makes its own observations, which are later than this one.
  if (observesItself(record)) {
    notify(record.signals);
    return "done";
  }
  if (isChanged || needsObservation(record, item)) return settle(context, record, await observeRecord(record));
  const { observation: last, state, settings } = record;
  recordObservation(record, stoppedObservation(record.name, item, last));
  return settle(context, record, { record, last, state, settings, seen: record.observation });
}

/** Returns true while a job of the workload observes it. */
function observesItself({ state: { status } }: WorkloadRecord): boolean {
  return status === "starting" || status === "stopping";
}

/** A list says enough about a sleeping workload, unless the way it ended or its ports are needed. */
function needsObservation(record: WorkloadRecord, item: InventoryItem | undefined): boolean {
  const { observation: last, settings } = record;
  const status = item?.status ?? "absent";
  const isKnownByFile = settings.process !== undefined;
  const isNew = item !== undefined && last?.id !== item.id;
  return (
    (last !== undefined && ran(last)) ||
    isKnownByFile ||
    isOneShot(record) ||
    (isNew && settings.findsPort === true && item.exposedPorts === undefined) ||
    (status !== "stopped" && status !== "absent")
  );
}

function ran({ status }: Observation): boolean {
  return status !== "stopped" && status !== "absent";
}

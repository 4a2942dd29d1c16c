import { forgetFailures } from "../wake/wake-history.ts";
import { asleepAs, type InventoryItem, type Observation } from "../../core/observation.ts";
import { isAnotherRun, isRecreated } from "../workload/another-run.ts";
import type { LifecycleContext } from "../context.ts";
import { observe, recordObservation } from "./observe.ts";
import { followInstances } from "../workload/follow-instances.ts";
import { notify } from "../workload/notify.ts";
import { isOneShot } from "../workload/one-shot.ts";
import { type Engine, EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** What an engine reported of one workload, and what was known of it before. */
export interface Finding {
  /** `undefined`: it is no workload, or one that a job is under way for. */
  readonly record: WorkloadRecord | undefined;
  readonly last: Observation | undefined;
  readonly state: WorkloadRecord["state"] | undefined;
  readonly settings: WorkloadRecord["settings"] | undefined;
  /** `undefined`: the engine is out of reach. */
  readonly seen: Observation | undefined;
}

/** `again`: it changed during the query, so that another one is needed at once; `later`: with the next change. */
export type Outcome = "done" | "again" | "later";

/**
 * Queries the engine about the container of this name, which may be no workload of ours. A job under way is to be the first
 * to see what has changed, so that the record is compared with what that saw, later.
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
 * What was found for a record that may have been created, or got other settings, since: they matter only to what runs,
 * which is reached by them. `undefined`: it must be observed again.
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

/** Lets the record follow what was seen of it. */
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
 * Whether a list says something of it that is not known already. `isLost`: events may have been missed, so that not even an
 * unchanged status proves that nothing happened.
 */
export function isStale(record: WorkloadRecord, item: InventoryItem | undefined, isLost: boolean): boolean {
  const { observation: last } = record;
  if (last === undefined || observesItself(record)) return true;
  if (isLost && ran(last)) return true;
  return last.status !== (item?.status ?? "absent") || last.id !== (item?.id ?? "");
}

/** Lets the record follow a list, or an event (`isChanged`), with a query of its own where a list does not say enough. */
export async function refresh(
  context: LifecycleContext,
  record: WorkloadRecord,
  item: InventoryItem | undefined,
  isChanged: boolean,
): Promise<Outcome> {
  // Their jobs observe by themselves, later than any answer to this query.
  if (observesItself(record)) {
    notify(record.signals);
    return "done";
  }
  if (isChanged || mustAsk(record, item)) return settle(context, record, await observeRecord(record));
  const { observation: last, state, settings } = record;
  recordObservation(record, asleepAs(record.name, item, last));
  return settle(context, record, { record, last, state, settings, seen: record.observation });
}

/** True while a job of its own observes it. */
function observesItself({ state: { status } }: WorkloadRecord): boolean {
  return status === "starting" || status === "stopping";
}

/** A list contains everything about a sleeping workload, unless its end or its port is of interest. */
function mustAsk(record: WorkloadRecord, item: InventoryItem | undefined): boolean {
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

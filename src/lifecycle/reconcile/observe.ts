import { noteWokenByUs } from "../workload/run-owner.ts";
import { noteObservedEnd } from "../workload/run-end.ts";
import type { Endpoint, Observation } from "../../core/observation.ts";
import { isAnotherRun, isSame } from "../workload/another-run.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

const MOST_OBSERVATIONS = 5;

/**
 * Observes the real state in the engine and stores it. `undefined`: the engine is unreachable. Answers may overtake
 * each other: one that was requested before the known one is dropped.
 */
export async function observe(record: WorkloadRecord): Promise<Observation | undefined> {
  const seq = nextSeq(record);
  try {
    const seen = await record.engine.observe(refOf(record));
    if (seq > record.observationSeq) remember(record, seq, seen);
    return record.observation;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Observes until the engine reports no change meanwhile, so that the result is the newest. */
export async function observeUntilStable(record: WorkloadRecord): Promise<Observation | undefined> {
  let changed = true;
  let seen: Observation | undefined;
  const onChange = (): void => void (changed = true);
  record.signals.add(onChange);
  try {
    for (let count = 0; changed && count < MOST_OBSERVATIONS; count += 1) {
      changed = false;
      seen = await observe(record);
    }
    return seen;
  } finally {
    record.signals.delete(onChange);
  }
}

/** Stores what a list reported as an observation of this time. */
export function recordObservation(record: WorkloadRecord, seen: Observation): void {
  remember(record, nextSeq(record), seen);
}

/** True for the run that our own start began, even if it is first seen long after. */
export function isOurRun({ observation, ourRun }: WorkloadRecord): boolean {
  return observation !== undefined && runOf(observation) === ourRun;
}

/** Our start has ended well: the first observation after this one sees our run, however late it is. */
export function noteOurStart(record: WorkloadRecord): void {
  record.startedAtSeq = record.lastSeq;
}

/** How many instances it has while it is awake; 0 says nothing. */
export function noteInstances(record: WorkloadRecord, instances: number): void {
  if (instances > 0) record.formerInstances = instances;
}

/** Requests may be sent there from now on, until that instance is gone. */
export function noteTargets(record: WorkloadRecord, targets: readonly Endpoint[]): void {
  record.runTargets = [...new Set([...record.runTargets, ...targets])];
}

/** It is reached elsewhere from now on: what is under way where it was ends by itself. */
export function forgetRunTargets(record: WorkloadRecord): void {
  record.runTargets = [];
}

/** What was seen of it belongs to a former life. */
export function forgetObservation(record: WorkloadRecord): void {
  record.observation = undefined;
}

function nextSeq(record: WorkloadRecord): number {
  record.lastSeq += 1;
  return record.lastSeq;
}

function remember(record: WorkloadRecord, seq: number, seen: Observation): void {
  const last = record.observation;
  noteObservedEnd(record, { seq, ran: last !== undefined && hasRun(last), runs: hasRun(seen) });
  endRun(record, seen);
  // A former run of the gateway knew who started it, even if it is first seen after a wake that failed.
  if (record.observation === undefined && record.wokenByUs && hasRun(seen)) record.ourRun = runOf(seen);
  record.observationSeq = seq;
  record.observation = seen;
  noteInstances(record, seen.wanted);
  if (record.startedAtSeq === undefined || seq <= record.startedAtSeq) return;
  record.startedAtSeq = undefined;
  if (seen.status !== "running" && seen.status !== "restarting") return;
  record.ourRun = runOf(seen);
  noteWokenByUs(record, true);
}

/** No request to an instance that is gone gets a response any more. */
function endRun(record: WorkloadRecord, seen: Observation): void {
  const { observation: last, runTargets } = record;
  if (runTargets.length === 0) return;
  const isAnother = !hasRun(seen) || isAnotherRun(record, last, seen);
  if (!isAnother && runTargets.length === 1) return;
  // One that ends still answers what it has received.
  const alive = seen.instances.filter(({ ending }) => ending || !isAnother).flatMap(({ endpoints }) => endpoints);
  const over = runTargets.filter((target) => !alive.some(isSame(target)));
  record.runTargets = runTargets.filter((target) => !over.includes(target));
  for (const target of over) record.onRunOver(target);
}

function hasRun({ status }: Observation): boolean {
  return status !== "absent" && status !== "stopped";
}

function runOf({ id, startedAtMs }: Observation): string {
  return `${id} ${startedAtMs}`;
}

import { noteWokenByUs } from "../workload/run-owner.ts";
import { noteObservedEnd } from "../workload/run-end.ts";
import type { Endpoint, Observation } from "../../core/observation.ts";
import { isAnotherRun, isSame } from "../workload/another-run.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

const MOST_OBSERVATIONS = 5;

/**
 * Observes the real state in the engine and stores it; `undefined` if the engine is unreachable. Responses may overtake
 * each other, so one that was requested before the stored one is dropped.
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

/** Observes until the engine reports no change during the observation, so that the result is current. */
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

/** Stores an observation that was made from a list. */
export function recordObservation(record: WorkloadRecord, seen: Observation): void {
  remember(record, nextSeq(record), seen);
}

/** Returns true if the observed run is the one that the gateway started, even if it is observed much later. */
export function isOurRun({ observation, ourRun }: WorkloadRecord): boolean {
  return observation !== undefined && runOf(observation) === ourRun;
}

/** Notes that our start has succeeded: the next observation to begin sees our run, however late it is. */
export function noteOurStart(record: WorkloadRecord): void {
  record.startedAtSeq = record.lastSeq;
}

/** Notes the number of instances of an awake workload; 0 is ignored. */
export function noteInstances(record: WorkloadRecord, instances: number): void {
  if (instances > 0) record.formerInstances = instances;
}

/** Notes the targets of this run, to which requests may be sent until their instance ends. */
export function noteTargets(record: WorkloadRecord, targets: readonly Endpoint[]): void {
  record.runTargets = [...new Set([...record.runTargets, ...targets])];
}

/** Forgets the targets of this run, because its address has changed; open requests to the old one may finish. */
export function forgetRunTargets(record: WorkloadRecord): void {
  record.runTargets = [];
}

/** Forgets the last observation, which belongs to a former configuration of this workload. */
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
  // Before its restart the gateway had started it; this holds even if it is first observed after a failed wake.
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

/** Reports the targets whose instance has ended, so that open requests to them are aborted. */
function endRun(record: WorkloadRecord, seen: Observation): void {
  const { observation: last, runTargets } = record;
  if (runTargets.length === 0) return;
  const isAnother = !hasRun(seen) || isAnotherRun(record, last, seen);
  if (!isAnother && runTargets.length === 1) return;
  // An instance that is terminating still answers the requests that it has.
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

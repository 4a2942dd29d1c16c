import type { Observation } from "../../core/observation.ts";
import { isAnotherRun } from "../workload/another-run.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

const MOST_LOOKS = 5;

/**
 * Asks the engine for the real state and remembers it. `undefined`: the engine is out of reach. Answers may overtake
 * each other: what was asked for earlier than what is known already is dropped for that.
 */
export async function look(record: WorkloadRecord): Promise<Observation | undefined> {
  const number = nextLook(record);
  try {
    const seen = await record.engine.observe(refOf(record));
    if (number > record.looked) remember(record, number, seen);
    return record.observation;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Looks until the engine gives no hint of a change meanwhile, so that the answer is the newest word there is. */
export async function lookAtRest(record: WorkloadRecord): Promise<Observation | undefined> {
  let hinted = true;
  let seen: Observation | undefined;
  const hint = (): void => void (hinted = true);
  record.nudges.add(hint);
  try {
    for (let looks = 0; hinted && looks < MOST_LOOKS; looks += 1) {
      hinted = false;
      seen = await look(record);
    }
    return seen;
  } finally {
    record.nudges.delete(hint);
  }
}

/** Takes what a list said for a look of this moment. */
export function learn(record: WorkloadRecord, seen: Observation): void {
  remember(record, nextLook(record), seen);
}

/** True for the run that our own start began, be it that it was seen long after. */
export function isOurRun({ observation, ourRun }: WorkloadRecord): boolean {
  return observation !== undefined && runOf(observation) === ourRun;
}

function nextLook(record: WorkloadRecord): number {
  record.looks += 1;
  return record.looks;
}

function remember(record: WorkloadRecord, number: number, seen: Observation): void {
  noteEnd(record, number, seen);
  endRun(record, seen);
  // A former life of the gateway knew whose run this is, be it that it is first seen after a wake that failed.
  if (record.observation === undefined && record.wokenByUs && hasRun(seen)) record.ourRun = runOf(seen);
  record.looked = number;
  record.observation = seen;
  record.endHinted = false;
  if (record.startedAtLook === undefined || number <= record.startedAtLook) return;
  record.startedAtLook = undefined;
  if (seen.status !== "running" && seen.status !== "restarting") return;
  record.ourRun = runOf(seen);
  record.wokenByUs = true;
}

/** Keeps who ended a run that was seen, until there is another one. */
function noteEnd(record: WorkloadRecord, number: number, seen: Observation): void {
  const { observation: last, state, endOrdered, endOrderedAtLook } = record;
  const ran = last !== undefined && hasRun(last);
  if (hasRun(seen)) {
    // Word of its start may have been missed: an order that ended the run before says nothing of this one.
    if (!ran && number > endOrderedAtLook) record.endOrdered = false;
    record.endedBy = undefined;
  } else if (ran) {
    record.endedBy = endOrdered ? "other" : state.status === "stopping" ? "us" : "itself";
  }
}

/** Nothing that was sent to the run that was seen last is answered any more. */
function endRun(record: WorkloadRecord, seen: Observation): void {
  const { observation: last, runEndpoint } = record;
  if (runEndpoint === undefined || (hasRun(seen) && !isAnotherRun(record, last, seen))) return;
  record.runEndpoint = undefined;
  record.onRunOver(runEndpoint);
}

function hasRun({ status }: Observation): boolean {
  return status !== "absent" && status !== "stopped";
}

function runOf({ id, startedAtMs }: Observation): string {
  return `${id} ${startedAtMs}`;
}

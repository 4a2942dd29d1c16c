import type { Observation } from "../core/observation.ts";
import { EngineError } from "./ports.ts";
import { refOf, type WorkloadRecord } from "./record.ts";

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

/** Takes what a list said for a look of this moment. */
export function learn(record: WorkloadRecord, seen: Observation): void {
  remember(record, nextLook(record), seen);
}

function nextLook(record: WorkloadRecord): number {
  record.looks += 1;
  return record.looks;
}

function remember(record: WorkloadRecord, number: number, seen: Observation): void {
  record.looked = number;
  record.observation = seen;
}

import type { Failure } from "../core/decision.ts";
import { dependencyFailure, failureOf, isCoolingDown } from "./failure.ts";
import { isSatisfied } from "./gate.ts";
import type { House } from "./house.ts";
import { nudged } from "./nudge.ts";
import type { DependencyLink, WorkloadRecord } from "./record.ts";

const LOOK_AGAIN_MS = 500;

/** Wakes what `record` needs, as parallel as its graph allows; ends with the first failure, whatever the others do. */
export async function wakeDependencies(
  house: House,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (let missing = missingOf(record); missing.length > 0; missing = missingOf(record)) {
    const failed = missing.find((link) => isCoolingDown(link.record, house.clock.now()));
    if (failed !== undefined) return failureBy(house, failed.record);
    house.dispatch(record, { type: "progress", run, phase: "dependencies" });
    const over = new AbortController();
    const any = AbortSignal.any([signal, over.signal]);
    await Promise.all(missing.map((link) => wakeDependency(house, record, link, any, over)));
    if (signal.aborted) return undefined;
  }
  house.dispatch(record, { type: "progress", run, phase: "starting" });
  return undefined;
}

function missingOf({ dependencies }: WorkloadRecord): readonly DependencyLink[] {
  return dependencies.filter(({ record, condition }) => !isSatisfied(record, condition));
}

/** Asks again at each change: a person may stop it in the middle. Ends the waiting for the others when it fails. */
async function wakeDependency(
  house: House,
  dependent: WorkloadRecord,
  { record, condition }: DependencyLink,
  signal: AbortSignal,
  over: AbortController,
): Promise<void> {
  const isNeeded = (): boolean => dependent.dependencies.some((link) => link.record === record);
  while (!signal.aborted && isNeeded() && !isSatisfied(record, condition)) {
    house.wake(record, "dependency");
    if (isCoolingDown(record, house.clock.now())) return over.abort();
    await nudged(record, LOOK_AGAIN_MS, signal, house.clock);
  }
}

function failureBy(house: House, dependency: WorkloadRecord): Failure {
  const cause = failureOf(dependency)?.failure;
  const unknown: Failure = { reason: "dependency", message: "it did not get ready", exitCode: undefined, atMs: 0 };
  return { ...dependencyFailure(dependency.name, cause ?? unknown), atMs: house.clock.wall() };
}

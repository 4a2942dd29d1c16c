import type { Failure } from "../../core/failure.ts";
import { isSatisfied } from "./gate.ts";
import type { WorkloadRecord } from "./record.ts";

/** A failure, and when a request may try again. */
export interface CurrentFailure {
  readonly failure: Failure;
  readonly retryAtMs: number;
}

/** Returns why requests to `record` fail at present: its own last wake failed, or that of a dependency. */
export function failureOf(record: WorkloadRecord): CurrentFailure | undefined {
  const { state } = record;
  if (state.status === "failed") return { failure: state.failure, retryAtMs: state.retryAtMs };
  if (state.status === "starting") return undefined; // its wake reports how the dependencies went
  for (const { record: dependency, condition } of record.dependencies) {
    if (isSatisfied(dependency, condition)) continue;
    const found = failureOf(dependency);
    if (found !== undefined) return { ...found, failure: dependencyFailure(dependency.name, found.failure) };
  }
  return undefined;
}

/** Returns true while a request gets the failure instead of a new try. */
export function isCoolingDown(record: WorkloadRecord, nowMs: number): boolean {
  const found = failureOf(record);
  return found !== undefined && nowMs < found.retryAtMs;
}

/** Creates the failure of a workload that cannot start because `dependency` failed. */
export function dependencyFailure(dependency: string, cause: Failure): Failure {
  if (cause.reason === "dependency") return cause;
  return { ...cause, reason: "dependency", cause: { code: "needs", name: dependency, cause: cause.cause } };
}

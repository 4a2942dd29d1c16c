import type { Failure } from "../../core/failure.ts";
import type { LogAccess } from "../../core/settings.ts";
import { isWakingOrReady } from "../../core/workload-state.ts";
import { failureOf } from "./failure.ts";
import type { Clock } from "../ports.ts";
import { portsOf } from "./ports-of.ts";
import { refOf, type WorkloadRecord } from "./record.ts";

/** How long output is reused, because many clients may watch one start. */
const FRESH_MS = 1_000;

/**
 * Returns the last output of a workload, or `undefined` if `logs` does not permit clients to see it now. Empty if it
 * cannot be read.
 */
export type LogTail = (record: WorkloadRecord) => Promise<readonly string[] | undefined>;

/** Creates the reader of logs, which reads each at most once a second. */
export function createLogTail({ clock, lines }: { readonly clock: Clock; readonly lines: () => number }): LogTail {
  const reads = new WeakMap<WorkloadRecord, { readonly atMs: number; readonly lines: Promise<readonly string[]> }>();
  return async (requested) => {
    if (!mayBeSeen(requested.settings.logs, requested)) return undefined;
    const record = failedDependency(requested) ?? requested;
    if (!mayBeSeen(record.settings.logs, record)) return undefined;
    const last = reads.get(record);
    if (last !== undefined && clock.now() - last.atMs < FRESH_MS) return last.lines;
    const read = record.engine.logs(refOf(record), lines()).catch(() => []);
    reads.set(record, { atMs: clock.now(), lines: read });
    return read;
  };
}

/** Returns the direct or indirect dependency that has failed, because its output shows why; `undefined` if none has. */
function failedDependency(record: WorkloadRecord): WorkloadRecord | undefined {
  for (const { record: dependency } of record.dependencies) {
    const { failure } = failureOf(dependency) ?? {};
    if (failure !== undefined && isNamedBy(dependency, failureOf(record)?.failure)) return dependency;
    const deeper = failure?.reason === "dependency" ? failedDependency(dependency) : undefined;
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function isNamedBy({ name }: WorkloadRecord, failure: Failure | undefined): boolean {
  return failure?.reason === "dependency" && "name" in failure.cause && failure.cause.name === name;
}

function mayBeSeen(access: LogAccess, record: WorkloadRecord): boolean {
  switch (access) {
    case "never":
      return false;
    case "always":
      return true;
    case "starting":
      return (
        portsOf(record).some(({ gate }) => gate === undefined) &&
        (isWakingOrReady(record.state) || failureOf(record) !== undefined)
      );
  }
}

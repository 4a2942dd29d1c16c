import type { Failure } from "../../core/failure.ts";
import type { LogAccess } from "../../core/settings.ts";
import { isWakingOrReady } from "../../core/workload-state.ts";
import { failureOf } from "./failure.ts";
import type { Clock } from "../ports.ts";
import { portsOf } from "./ports-of.ts";
import { refOf, type WorkloadRecord } from "./record.ts";

/** Many clients watch one start: the engine is queried for its output this often at most. */
const FRESH_MS = 1_000;

/**
 * The last output of a workload as far as a visitor may see it: while it starts or has failed, always, or never.
 * `undefined`: it may not be seen. A log that cannot be read is an empty one.
 */
export type LogTail = (record: WorkloadRecord) => Promise<readonly string[] | undefined>;

export function createLogTail({ clock, lines }: { readonly clock: Clock; readonly lines: () => number }): LogTail {
  const reads = new WeakMap<WorkloadRecord, { readonly atMs: number; readonly lines: Promise<readonly string[]> }>();
  return async (requested) => {
    if (!mayBeSeen(requested.settings.logs, requested)) return undefined;
    const record = culprit(requested) ?? requested;
    if (!mayBeSeen(record.settings.logs, record)) return undefined;
    const last = reads.get(record);
    if (last !== undefined && clock.now() - last.atMs < FRESH_MS) return last.lines;
    const read = record.engine.logs(refOf(record), lines()).catch(() => []);
    reads.set(record, { atMs: clock.now(), lines: read });
    return read;
  };
}

/** The dependency that has failed, directly or not: only its output tells why. `undefined`: none has. */
function culprit(record: WorkloadRecord): WorkloadRecord | undefined {
  for (const { record: dependency } of record.dependencies) {
    const { failure } = failureOf(dependency) ?? {};
    if (failure !== undefined && isNamedBy(dependency, failureOf(record)?.failure)) return dependency;
    const deeper = failure?.reason === "dependency" ? culprit(dependency) : undefined;
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

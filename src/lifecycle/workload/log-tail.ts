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
  return async (record) => {
    if (!mayBeSeen(record.settings.logs, record)) return undefined;
    const last = reads.get(record);
    if (last !== undefined && clock.now() - last.atMs < FRESH_MS) return last.lines;
    const read = record.engine.logs(refOf(record), lines()).catch(() => []);
    reads.set(record, { atMs: clock.now(), lines: read });
    return read;
  };
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

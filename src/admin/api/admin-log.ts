import type { LogTail } from "../../lifecycle/workload/log-tail.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import { refOf, type WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { cleanLines } from "../../respond/clean-text.ts";

/**
 * Returns the last output for administrators, unless `logs: never` is set. If the admin pages require no login, the
 * same restrictions apply as for visitors.
 */
export async function adminLog(
  { lifecycle, logTail }: { readonly lifecycle: Lifecycle; readonly logTail: LogTail },
  record: WorkloadRecord,
): Promise<LogView> {
  const { adminAuth, logLines } = lifecycle.settings().gateway;
  if (record.settings.logs === "never") return { lines: [], note: "never" };
  const lines =
    adminAuth.method === "none"
      ? await logTail(record)
      : await record.engine.logs(refOf(record), logLines).catch(() => []);
  if (lines === undefined) return { lines: [], note: "asleep" };
  return { lines: cleanLines(lines), note: lines.length === 0 ? "empty" : "" };
}

/** The output to show: the lines, or the reason why there are none. */
export interface LogView {
  readonly lines: readonly string[];
  readonly note: "" | "never" | "asleep" | "empty";
}

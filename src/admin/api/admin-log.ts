import type { LogTail } from "../../lifecycle/workload/log-tail.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import { refOf, type WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { cleanLines } from "../../respond/clean-text.ts";

/**
 * The last output as an administrator may see it: always, short of `logs: never`. Where the admin pages are open, anybody
 * is one, and sees what visitors see.
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

/** What is shown of its output: the lines, or why there are none. */
export interface LogView {
  readonly lines: readonly string[];
  readonly note: "" | "never" | "asleep" | "empty";
}

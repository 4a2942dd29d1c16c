import { forgiveEnd, noteEnded, noteEndOrder, noteStarted } from "../workload/run-end.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "../workload/notify.ts";
import { DEFAULT_STOP_TIMEOUT_MS, type News } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Handles what an engine reports of a workload, before it can be observed. */
export function hear(context: LifecycleContext, record: WorkloadRecord, news: News): void {
  const now = context.clock.now();
  switch (news.kind) {
    case "ending":
      noteEndOrder(record, now, now + endsWithinMs(record));
      context.dispatch(record, { type: "ending" });
      break;
    case "ended":
      noteEnded(record, news.ordered, now);
      // No request is sent to it from now on, though the engine may report that only later.
      context.dispatch(record, { type: "ending" });
      break;
    case "started":
      noteStarted(record);
      break;
    case "made":
    case "renamed":
    case "removed":
    case "cut":
  }
}

/**
 * An engine that shuts down (`systemctl restart docker`) ends its workloads first, with the same events as a stop from
 * outside. These ends do not count as such: no update is waited for, and what stays stopped after a stop is woken.
 */
export function forgiveEngine(context: LifecycleContext, records: Iterable<WorkloadRecord>): void {
  for (const record of records) {
    if (context.clock.now() - record.orderHeardMs > ENGINE_ENDS_WITHIN_MS) continue;
    forgiveEnd(record);
    context.truces.note(record.name, { kind: "started" });
    notify(record.signals);
  }
}

/** Docker gives all of its containers together 15 s (`--shutdown-timeout`). */
const ENGINE_ENDS_WITHIN_MS = 20_000;

/** After that it has ended, or been killed; or the order was none to end. */
function endsWithinMs({ observation }: WorkloadRecord): number {
  return Math.min(LONGEST_END_MS, Math.max(DEFAULT_STOP_TIMEOUT_MS, observation?.stopTimeoutMs ?? 0)) + KILL_MS;
}

const LONGEST_END_MS = 600_000;
const KILL_MS = 5_000;

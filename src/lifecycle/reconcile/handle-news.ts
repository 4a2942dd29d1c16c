import { takeBackEndOrder, noteEnded, noteEndOrder, noteStarted } from "../workload/run-end.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "../workload/notify.ts";
import { DEFAULT_STOP_TIMEOUT_MS, type News } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** Handles what an engine reports about a workload before an observation shows it. */
export function handleNews(context: LifecycleContext, record: WorkloadRecord, news: News): void {
  const now = context.clock.now();
  switch (news.kind) {
    case "ending":
      noteEndOrder(record, now, now + endsWithinMs(record));
      context.dispatch(record, { type: "ending" });
      break;
    case "ended":
      noteEnded(record, news.ordered, now);
      // Send it no more requests, although an observation may still find it running.
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
 * An engine that shuts down (`systemctl restart docker`) first ends its workloads, with the same events as a stop by
 * somebody else. These ends do not count as such: they begin no truce, and with `wake_after_stop: started` the workload
 * is still woken.
 */
export function ignoreShutdownEnds(context: LifecycleContext, records: Iterable<WorkloadRecord>): void {
  for (const record of records) {
    if (context.clock.now() - record.orderHeardMs > ENGINE_ENDS_WITHIN_MS) continue;
    takeBackEndOrder(record);
    context.truces.note(record.name, { kind: "started" });
    notify(record.signals);
  }
}

/** Docker stops all its containers within 15 s (`--shutdown-timeout`). */
const ENGINE_ENDS_WITHIN_MS = 20_000;

/** Returns the time after which it has ended or was killed, unless the signal was not meant to end it. */
function endsWithinMs({ observation }: WorkloadRecord): number {
  return Math.min(LONGEST_END_MS, Math.max(DEFAULT_STOP_TIMEOUT_MS, observation?.stopTimeoutMs ?? 0)) + KILL_MS;
}

const LONGEST_END_MS = 600_000;
const KILL_MS = 5_000;

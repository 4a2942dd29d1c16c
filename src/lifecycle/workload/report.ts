import type { Observation } from "../../core/observation.ts";
import { causeOf, causeText } from "../../core/transition-cause.ts";
import type { WorkloadEvent, WorkloadState } from "../../core/workload-state.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "./record.ts";
import { stopDeletes } from "../stop/stop-deletes.ts";

const TIMELINE_LENGTH = 20;

/** Tells the event stream what a change of state means, and keeps the last changes with their reasons. */
export function report(
  context: LifecycleContext,
  record: WorkloadRecord,
  before: WorkloadState,
  event: WorkloadEvent,
): void {
  const after = record.state;
  const now = context.clock.now();
  const cause = causeOf(event, record.wakeCause);
  if (before.status !== after.status) {
    record.timeline.push({ wallMs: context.clock.wall(), from: before.status, to: after.status, cause });
    if (record.timeline.length > TIMELINE_LENGTH) record.timeline.shift();
  }
  context.emit({ type: "state", workload: record.name, from: before, to: after, why: causeText(cause) });

  if (after.status === "ready" && before.status !== "draining" && before.status !== "ready") {
    const woken = before.status === "starting";
    context.emit({
      type: "ready",
      workload: record.name,
      durationMs: woken ? now - record.wakeStartedMs : undefined,
      cause: woken ? record.wakeCause : undefined,
      ours: record.wokenByUs,
    });
  }
  if (ranBefore(after)) tellNeverStopped(context, record);
  if (event.type === "observed" && (after.status === "asleep" || after.status === "absent") && ranBefore(before)) {
    reportEnd(context, record, event.observation);
  }
}

/** Tells that it has ended without us. */
export function reportEnd(context: LifecycleContext, { name }: WorkloadRecord, { status, exit }: Observation): void {
  context.emit({ type: "ended", workload: name, exit, absent: status === "absent" });
}

/** Once for each container: `--rm` and an idle time are a contradiction that its owner should know of. */
function tellNeverStopped(context: LifecycleContext, record: WorkloadRecord): void {
  const { observation } = record;
  if (!stopDeletes(record) || observation === undefined || record.neverStopped === observation.id) return;
  record.neverStopped = observation.id;
  context.emit({ type: "never-stopped", workload: record.name });
}

function ranBefore({ status }: WorkloadState): boolean {
  return status === "ready" || status === "unready" || status === "draining";
}

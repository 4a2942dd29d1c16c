import type { Observation } from "../../core/observation.ts";
import { causeOf, type TransitionCause } from "../../core/transition-cause.ts";
import type { WorkloadEvent, WorkloadState } from "../../core/workload-state.ts";
import type { LifecycleContext } from "../context.ts";
import type { WorkloadRecord } from "./record.ts";
import { stopDeletes } from "../stop/stop-deletes.ts";

const TIMELINE_LENGTH = 20;

/** A change of state, for reports. */
export interface Change {
  readonly before: WorkloadState;
  readonly after: WorkloadState;
  readonly event: WorkloadEvent;
  readonly cause: TransitionCause;
}

/** Adds a change to the record's timeline, and returns it. */
export function noteChange(
  { clock }: LifecycleContext,
  record: WorkloadRecord,
  before: WorkloadState,
  event: WorkloadEvent,
): Change {
  const { state: after, timeline } = record;
  const cause = causeOf(event, record.wakeCause);
  if (before.status !== after.status) {
    timeline.push({ wallMs: clock.wall(), from: before.status, to: after.status, cause });
    if (timeline.length > TIMELINE_LENGTH) timeline.shift();
  }
  return { before, after, event, cause };
}

/** Emits the domain events of a change of state. */
export function report(context: LifecycleContext, record: WorkloadRecord, change: Change): void {
  const { before, after, event, cause } = change;
  const now = context.clock.now();
  context.emit({ type: "state", workload: record.name, from: before, to: after, cause });

  if (after.status === "ready" && before.status !== "draining" && before.status !== "ready") {
    const woken = before.status === "starting" && !(event.type === "answered" && event.wasAwake);
    context.emit({
      type: "ready",
      workload: record.name,
      durationMs: woken ? now - record.wakeStartedMs : undefined,
      cause: woken ? record.wakeCause : undefined,
      ours: record.wokenByUs,
    });
  }
  if (ranBefore(after)) reportNeverStopped(context, record);
  if (event.type === "observed" && (after.status === "asleep" || after.status === "absent") && ranBefore(before)) {
    reportEnd(context, record, event.observation);
  }
}

/** Reports that it has ended without a stop of ours. */
export function reportEnd(context: LifecycleContext, { name }: WorkloadRecord, { status, exit }: Observation): void {
  context.emit({ type: "ended", workload: name, exit, absent: status === "absent" });
}

/** Reports, once per container, that `--rm` and an idle timeout contradict each other. */
function reportNeverStopped(context: LifecycleContext, record: WorkloadRecord): void {
  const { observation } = record;
  if (!stopDeletes(record) || observation === undefined || record.neverStopped === observation.id) return;
  record.neverStopped = observation.id;
  context.emit({ type: "never-stopped", workload: record.name });
}

function ranBefore({ status }: WorkloadState): boolean {
  return status === "ready" || status === "unready" || status === "draining";
}

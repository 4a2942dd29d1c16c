import type { WorkloadRecord } from "./record.ts";

// The only file that writes who ends a run, and when that was reported.

/**
 * Notes that somebody else has ordered its end; it gets no requests until `untilMs`, when it has ended at the latest.
 */
export function noteEndOrder(record: WorkloadRecord, nowMs: number, untilMs: number): void {
  record.endOrdered = true;
  record.orderHeardMs = nowMs;
  record.endOrderedAtSeq = record.lastSeq;
  record.endingUntilMs = untilMs;
}

/** Notes that its process has ended; an observation may show the details only later. */
export function noteEnded(record: WorkloadRecord, ordered: boolean, nowMs: number): void {
  record.endOrdered = ordered;
  if (ordered) record.orderHeardMs = nowMs;
  record.endOrderedAtSeq = record.lastSeq;
  record.endingUntilMs = 0;
  // It may have been observed asleep before the event of the order arrived.
  if (ordered && record.endedBy === "itself") record.endedBy = "other";
  record.endReported ||= record.state.status === "ready";
}

/** Notes that it was started again, so that former orders no longer apply. */
export function noteStarted(record: WorkloadRecord): void {
  record.endOrdered = false;
  record.endingUntilMs = 0;
}

/** Takes back an order: it was only the engine's shutdown. */
export function takeBackEndOrder(record: WorkloadRecord): void {
  noteStarted(record);
  if (record.endedBy === "other") record.endedBy = "itself";
}

/** Updates who ended the last run, after the observation with the number `seq`. */
export function noteObservedEnd(
  record: WorkloadRecord,
  { seq, ran, runs }: { readonly seq: number; readonly ran: boolean; readonly runs: boolean },
): void {
  const { state, endOrdered, endOrderedAtSeq } = record;
  record.endReported = false;
  if (runs) {
    // The event of the start may have been missed; an order that ended the former run does not apply to this one.
    if (!ran && seq > endOrderedAtSeq) record.endOrdered = false;
    record.endedBy = undefined;
  } else if (endOrdered) record.endedBy = "other";
  else if (ran) record.endedBy = state.status === "stopping" ? "us" : "itself";
}

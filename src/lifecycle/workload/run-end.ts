import type { WorkloadRecord } from "./record.ts";

// The only file that writes who ends a run, and when that was heard of.

/** Somebody else has ordered its end, which takes until `untilMs` at most: nobody is sent there until then. */
export function noteEndOrder(record: WorkloadRecord, nowMs: number, untilMs: number): void {
  record.endOrdered = true;
  record.orderHeardMs = nowMs;
  record.endOrderedAtSeq = record.lastSeq;
  record.endingUntilMs = untilMs;
}

/** Its process is gone, of which the engine may give a full account only later. */
export function noteEnded(record: WorkloadRecord, ordered: boolean, nowMs: number): void {
  record.endOrdered = ordered;
  if (ordered) record.orderHeardMs = nowMs;
  record.endOrderedAtSeq = record.lastSeq;
  record.endingUntilMs = 0;
  // The event of the order may arrive after it was seen asleep.
  if (ordered && record.endedBy === "itself") record.endedBy = "other";
  record.endReported ||= record.state.status === "ready";
}

/** It was started again: what was ordered before says nothing of this run. */
export function noteStarted(record: WorkloadRecord): void {
  record.endOrdered = false;
  record.endingUntilMs = 0;
}

/** What seemed to be ordered was not: its engine went down. */
export function forgiveEnd(record: WorkloadRecord): void {
  noteStarted(record);
  if (record.endedBy === "other") record.endedBy = "itself";
}

/** Follows an observation, whose number is `seq`: keeps who ended a run that was seen, until there is another one. */
export function noteObservedEnd(
  record: WorkloadRecord,
  { seq, ran, runs }: { readonly seq: number; readonly ran: boolean; readonly runs: boolean },
): void {
  const { state, endOrdered, endOrderedAtSeq } = record;
  record.endReported = false;
  if (runs) {
    // The event of its start may have been missed: an order that ended the run before says nothing of this one.
    if (!ran && seq > endOrderedAtSeq) record.endOrdered = false;
    record.endedBy = undefined;
  } else if (ran) {
    record.endedBy = endOrdered ? "other" : state.status === "stopping" ? "us" : "itself";
  }
}

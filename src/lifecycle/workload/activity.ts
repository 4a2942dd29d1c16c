import { clientClass } from "../../core/client-class.ts";
import type { VetoReason } from "../../core/events.ts";
import type { WorkloadRecord } from "./record.ts";

// The only file that writes when and by what a workload was used, and what keeps it awake although nobody uses it.

/** It was in use at this moment: its idle time starts again. */
export function noteUse(record: WorkloadRecord, atMs: number): void {
  record.lastActivityMs = Math.max(record.lastActivityMs, atMs);
}

/** It was in use at this moment in a way that no lease shows. */
export function noteHiddenUse(record: WorkloadRecord, by: VetoReason, atMs: number): void {
  record.lastUse = { by, atMs };
}

/** What kept it awake besides requests has ended, or belonged to a run that has. */
export function forgetHiddenUse(record: WorkloadRecord): void {
  record.lastUse = undefined;
  record.keepUntilMs = 0;
}

/** A request was let in. */
export function noteArrival(record: WorkloadRecord, atMs: number): void {
  record.lastArrivalMs = atMs;
}

/** The kind of client that uses it now. */
export function noteClient(record: WorkloadRecord, userAgent: string | undefined, isUpgrade: boolean): void {
  record.lastClient = clientClass(userAgent, isUpgrade);
}

/** What runs without a visit is unused from the moment it was seen. */
export function noteFirstSeen(record: WorkloadRecord, atMs: number): void {
  record.lastActivityMs = atMs;
  record.firstSeenMs = atMs;
}

/** A restart counts as a new observation, but only once after a request: a crash loop must not keep itself awake. */
export function noteSeenAgain(record: WorkloadRecord, atMs: number): void {
  if (record.lastActivityMs !== record.firstSeenMs) noteFirstSeen(record, atMs);
}

/** What nobody has visited since it runs is unused from the moment it can be visited. */
export function noteSeenReady(record: WorkloadRecord, atMs: number): void {
  if (record.lastActivityMs === record.firstSeenMs) noteFirstSeen(record, atMs);
}

/** What was taken for use was none: it is idle since this moment. */
export function takeBackUse(record: WorkloadRecord, lastActivityMs: number): void {
  record.lastActivityMs = lastActivityMs;
}

/** Something was let through, or seen, that may stay open with hardly a byte. */
export function noteStreamSeen(record: WorkloadRecord, atMs: number): void {
  record.streamSeenMs = atMs;
}

/** Puts off any stop that is not an order until then. */
export function putOffUntil(record: WorkloadRecord, untilMs: number): void {
  record.keepUntilMs = untilMs;
}

/** Somebody wants it awake until then; 0: nobody any more. */
export function pinUntil(record: WorkloadRecord, untilMs: number): void {
  record.pinnedUntilMs = untilMs;
}

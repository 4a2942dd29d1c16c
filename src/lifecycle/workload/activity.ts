import { clientClass } from "../../core/client-class.ts";
import type { VetoReason } from "../../core/events.ts";
import type { WorkloadRecord } from "./record.ts";

// The only file that writes when and how a workload was used, and what else keeps it awake.

/** Notes use at this time, from which the idle time counts. */
export function noteUse(record: WorkloadRecord, atMs: number): void {
  record.lastActivityMs = Math.max(record.lastActivityMs, atMs);
}

/** Notes use at this time that no lease shows. */
export function noteHiddenUse(record: WorkloadRecord, by: VetoReason, atMs: number): void {
  record.lastUse = { by, atMs };
}

/** Forgets use without a lease, because it or its run has ended. */
export function forgetHiddenUse(record: WorkloadRecord): void {
  record.lastUse = undefined;
  record.keepUntilMs = 0;
}

/** Notes that a request was let in. */
export function noteArrival(record: WorkloadRecord, atMs: number): void {
  record.lastArrivalMs = atMs;
}

/** Notes the kind of the client that uses it now. */
export function noteClient(record: WorkloadRecord, userAgent: string | undefined, isUpgrade: boolean): void {
  record.lastClient = clientClass(userAgent, isUpgrade);
}

/** Notes that it was found running without a request; its idle time counts from here. */
export function noteFirstSeen(record: WorkloadRecord, atMs: number): void {
  record.lastActivityMs = atMs;
  record.firstSeenMs = atMs;
}

/** Notes a restart; only the first one after a request restarts the idle time, so that a crash loop becomes idle. */
export function noteSeenAgain(record: WorkloadRecord, atMs: number): void {
  if (record.lastActivityMs !== record.firstSeenMs) noteFirstSeen(record, atMs);
}

/** Notes that it became ready without a request; its idle time counts from here. */
export function noteSeenReady(record: WorkloadRecord, atMs: number): void {
  if (record.lastActivityMs === record.firstSeenMs) noteFirstSeen(record, atMs);
}

/** Restores the former last activity, because what counted as use was none. */
export function takeBackUse(record: WorkloadRecord, lastActivityMs: number): void {
  record.lastActivityMs = lastActivityMs;
}

/** Notes that a nearly silent stream was let through or seen. */
export function noteStreamSeen(record: WorkloadRecord, atMs: number): void {
  record.streamSeenMs = atMs;
}

/** Postpones any stop that is not an order. */
export function putOffUntil(record: WorkloadRecord, untilMs: number): void {
  record.keepUntilMs = untilMs;
}

/** Keeps it awake until then for an administrator; 0 ends that. */
export function pinUntil(record: WorkloadRecord, untilMs: number): void {
  record.pinnedUntilMs = untilMs;
}

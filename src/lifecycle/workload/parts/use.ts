import type { ClientClass } from "../../../core/client-class.ts";
import type { VetoReason } from "../../../core/events.ts";
import type { Memory } from "../../ports.ts";
import type { Sampling } from "../../usage/in-use.ts";

/** When and how a workload was used, and what else keeps it awake. */
export interface UsePart {
  /** The open requests and tunnels; `leases` is the total. */
  leases: number;
  readonly leasesByKind: Record<LeaseKind, number>;
  lastActivityMs: number;
  /** When the last lease was opened; 0: never. */
  lastArrivalMs: number;
  /** When it was found running without a wake, if it has not been used since. */
  firstSeenMs: number | undefined;
  /** The kind of the last client. */
  lastClient: ClientClass | undefined;
  /** Until when a veto or a failed stop keeps it awake; 0: none does. */
  keepUntilMs: number;
  /** The last use in this run that no request explains, and when. */
  lastUse: { readonly by: VetoReason; readonly atMs: number } | undefined;
  /** Until when an administrator keeps it awake; 0: not pinned. */
  pinnedUntilMs: number;
  /** A front proxy sends auth requests for it, so its traffic bypasses the gateway. */
  seenByFront: boolean;
  /**
   * When a front last let something through that may stay open almost silently (an upgrade, an event stream); 0: never.
   */
  streamSeenMs: number;
  sampling: Sampling | undefined;
}

/** What a lease stands for. */
export type LeaseKind = "request" | "tunnel";

/** Creates the part of a new record, from what was stored before a restart. */
export function createUsePart(memory: Memory | undefined, nowMs: number): UsePart {
  return {
    leases: 0,
    leasesByKind: { request: 0, tunnel: 0 },
    lastActivityMs: Math.min(memory?.lastActivityMs ?? 0, nowMs),
    lastArrivalMs: 0,
    firstSeenMs: undefined,
    lastClient: undefined,
    keepUntilMs: 0,
    lastUse: undefined,
    pinnedUntilMs: 0,
    seenByFront: memory?.seenByFront === true,
    // A nearly silent stream through a front may have begun before our restart.
    streamSeenMs: memory?.seenByFront === true ? nowMs : 0,
    sampling: undefined,
  };
}

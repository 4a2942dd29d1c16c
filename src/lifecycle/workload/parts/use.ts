import type { ClientClass } from "../../../core/client-class.ts";
import type { VetoReason } from "../../../core/events.ts";
import type { Memory } from "../../ports.ts";
import type { Sampling } from "../../usage/in-use.ts";

/** How a workload is used, and what keeps it awake although nobody uses it. */
export interface UsePart {
  /** Open requests, streams, tunnels by kind; `leases` is their sum. */
  leases: number;
  readonly leasesByKind: Record<LeaseKind, number>;
  lastActivityMs: number;
  /** When the last lease was opened; 0: none was. */
  lastArrivalMs: number;
  /** When it was last seen running without us, if it has not been used since. */
  firstSeenMs: number | undefined;
  /** What kind of client used it last. */
  lastClient: ClientClass | undefined;
  /** A veto or a failed stop keeps it awake until then; 0: nothing does. */
  keepUntilMs: number;
  /** What last kept it awake besides requests, and when; absent in a run that nothing did. */
  lastUse: { readonly by: VetoReason; readonly atMs: number } | undefined;
  /** Somebody wants it awake until then; 0: nobody. */
  pinnedUntilMs: number;
  /** A front proxy sends auth requests for it, so its traffic does not pass through the gateway. */
  seenByFront: boolean;
  /** When a front proxy last let something through that may stay open almost silently (an upgrade, an event stream); 0: never. */
  streamSeenMs: number;
  sampling: Sampling | undefined;
}

export type LeaseKind = "request" | "tunnel";

/** Begins with what a former life of the gateway knew. */
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
    // What a front carries may have begun before we were restarted, and be almost silent.
    streamSeenMs: memory?.seenByFront === true ? nowMs : 0,
    sampling: undefined,
  };
}

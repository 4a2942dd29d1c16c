import type { FrontReach } from "../../../core/front-reach.ts";
import type { AuthRequestReason } from "../../../core/auth-request-reason.ts";
import type { Counters, Memory } from "../../ports.ts";

/** A recall: fronts must send auth requests again, because a stop is coming. The workload stays ready. */
export interface Recall {
  readonly sinceMs: number;
  /** What to do after the recall for an order to stop, regardless of use; `undefined`: it is an idle stop. */
  order: (() => void) | undefined;
  readonly abort: AbortController;
  /** The addresses of the fronts that have not fetched since. */
  waitsOn: readonly string[];
}

/** What is known about the fronts of a workload. */
export interface FrontPart {
  /** A front that looks up its address by itself sends auth requests for it. */
  foundByFront: boolean;
  /** Such a front sends requests from before this time to a former address; 0: none. */
  newAddressMs: number;
  /** When a front last fetched a document that lets it forward directly; 0: no front does so any more. */
  directMs: number;
  recall: Recall | undefined;
  /** How the Traefik that fetched last forwards to it; `undefined` if none has fetched. */
  forwarding: { readonly reach: FrontReach; readonly reason: AuthRequestReason | undefined } | undefined;
  /** Its counters at the last reading, which may be from before a restart of the gateway. */
  counters: Counters | undefined;
  /** Until when a front may reuse an answer instead of sending an auth request; 0: none may. */
  reusableUntilMs: number;
}

/** Creates the part of a new record, from what was stored before a restart. */
export function createFrontPart(memory: Memory | undefined, nowMs: number): FrontPart {
  return {
    foundByFront: false,
    newAddressMs: 0,
    directMs: memory?.direct === true ? nowMs : 0,
    recall: undefined,
    forwarding: undefined,
    counters: memory?.counters,
    reusableUntilMs: 0,
  };
}

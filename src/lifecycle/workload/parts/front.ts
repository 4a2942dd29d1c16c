import type { FrontReach } from "../../../core/front-reach.ts";
import type { WhyAsked } from "../../../core/why-asked.ts";
import type { Counters, Memory } from "../../ports.ts";

/** Set while fronts are to ask again before each request, since a stop is to come. The workload stays ready. */
export interface Recall {
  readonly sinceMs: number;
  /** What an order wants done at the end, whatever is used meanwhile; `undefined`: it is for lack of use. */
  order: (() => void) | undefined;
  readonly abort: AbortController;
  /** Addresses of the fronts that have not fetched since. */
  waitsOn: readonly string[];
}

/** What is known of a workload to which fronts forward without asking before each request. */
export interface FrontPart {
  /** A front proxy that finds its address by itself sends auth requests for it. */
  foundByFront: boolean;
  /** What such a front has received before this moment it sends to a former address; 0: nothing. */
  newAddressMs: number;
  /** When a front last fetched that it may forward to it without asking; 0: none goes by that any more. */
  directMs: number;
  recall: Recall | undefined;
  /** How the Traefik that fetched last forwards to it; `undefined`: none has fetched. */
  forwarding: { readonly reach: FrontReach; readonly asked: WhyAsked | undefined } | undefined;
  /** Its counters as they were last read, be it by a former life of the gateway. */
  counters: Counters | undefined;
  /** Until then a front may let requests pass by an earlier answer, without an auth request; 0: none may. */
  reusableUntilMs: number;
}

/** Begins with what a former life of the gateway knew. */
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

import type { EndedBy, Memory } from "../../ports.ts";

/** How a run ends: who has ordered it, and who did it. */
export interface EndPart {
  /** The engine has reported that it ends, and it has not been observed since. */
  endReported: boolean;
  /** Somebody else has ordered the end of this run. */
  endOrdered: boolean;
  /** When such an order, or the end that it led to, was last heard of. */
  orderHeardMs: number;
  /** The last observation that had been begun by then: what it finds may be older than the order. */
  endOrderedAtSeq: number;
  /** Nobody is sent there until then, since somebody else has ordered its end; 0: nobody has. */
  endingUntilMs: number;
  /** Who ended its last run; `undefined` while it runs, or when nobody saw its end. */
  endedBy: EndedBy | undefined;
  /** How many of its last runs in a row were short and ended by themselves. */
  crashes: number;
  /** The container that was reported as never stopped. */
  neverStopped: string | undefined;
}

/** No end has been seen in this life of the gateway. */
export function createEndPart(memory: Memory | undefined): EndPart {
  return {
    endReported: false,
    endOrdered: false,
    orderHeardMs: Number.NEGATIVE_INFINITY,
    endOrderedAtSeq: 0,
    endingUntilMs: 0,
    endedBy: memory?.endedBy,
    crashes: 0,
    neverStopped: undefined,
  };
}

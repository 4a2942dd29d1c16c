import type { EndedBy, Memory } from "../../ports.ts";

/** How a run ends: who has ordered that, and who did it. */
export interface EndPart {
  /** The engine has reported its end, and it has not been observed since. */
  endReported: boolean;
  /** Somebody else has ordered this run to end. */
  endOrdered: boolean;
  /** When such an order, or the end that followed, was last reported. */
  orderHeardMs: number;
  /** The number of the last observation that had begun by then; its result may be older than the order. */
  endOrderedAtSeq: number;
  /** Until when it gets no requests because somebody else has ordered its end; 0: not ordered. */
  endingUntilMs: number;
  /** Who ended its last run; `undefined` while it runs, or if its end was not observed. */
  endedBy: EndedBy | undefined;
  /** The number of consecutive short runs that ended by themselves. */
  crashes: number;
  /** The id of the container that was reported as never stopped. */
  neverStopped: string | undefined;
}

/** Creates the part of a new record, from what was stored before a restart. */
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

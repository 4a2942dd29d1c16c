import type { Limits, Memory } from "../../ports.ts";

/** The throttling of an unused workload. */
export interface LimitsPart {
  throttled: boolean;
  /** Set while it is throttled; restores its own limits when it is used. */
  speedUp: (() => void) | undefined;
  /** Its own limits, from before it is throttled until they are restored. */
  ownLimits: Limits | undefined;
  /** Settles when no change of its limits is in progress. */
  limiting: Promise<void>;
}

/** Creates the part of a new record; it is throttled only if that was stored before a restart. */
export function createLimitsPart(memory: Memory | undefined): LimitsPart {
  return {
    throttled: false,
    speedUp: undefined,
    ownLimits: memory?.ownLimits,
    limiting: Promise.resolve(),
  };
}

import type { Limits, Memory } from "../../ports.ts";

/** How a workload that nobody uses is slowed down. */
export interface LimitsPart {
  throttled: boolean;
  /** Set while it is throttled: gives it its full speed back. Called when it is used. */
  speedUp: (() => void) | undefined;
  /** Set from before it is throttled until it has its own limits back. */
  ownLimits: Limits | undefined;
  /** Settles when no change of its limits is under way. */
  limiting: Promise<void>;
}

/** Not throttled, unless a former life of the gateway left it so. */
export function createLimitsPart(memory: Memory | undefined): LimitsPart {
  return {
    throttled: false,
    speedUp: undefined,
    ownLimits: memory?.ownLimits,
    limiting: Promise.resolve(),
  };
}

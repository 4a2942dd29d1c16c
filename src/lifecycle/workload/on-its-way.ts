import { isSatisfied } from "./gate.ts";
import type { WorkloadRecord } from "./record.ts";

/** True while something is in progress that ends in an open gate or a failure without another request. */
export function isOnItsWay({ state, dependencies }: WorkloadRecord): boolean {
  switch (state.status) {
    case "starting":
      return state.stopNext === undefined;
    case "draining":
    case "stopping":
      return state.wakeNext;
    case "ready":
      return dependencies.every(({ record, condition }) => isSatisfied(record, condition) || isOnItsWay(record));
    case "unready": // a probe goes on, but a wake is what ends in an answer
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
    case "failed":
      return false;
  }
}

import { isSatisfied } from "./gate.ts";
import type { WorkloadRecord } from "./record.ts";

/** Returns true while something is in progress that ends in an open gate or a failure without another request. */
export function isOnItsWay({ state, dependencies }: WorkloadRecord): boolean {
  switch (state.status) {
    case "starting":
      return state.stopNext === undefined;
    case "draining":
    case "stopping":
      return state.wakeNext;
    case "ready":
      return dependencies.every(({ record, condition }) => isSatisfied(record, condition) || isOnItsWay(record));
    case "unready": // only a probe runs, which never ends in a failure
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
    case "failed":
      return false;
  }
}

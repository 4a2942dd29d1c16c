import type { Probe } from "../../src/lifecycle/ports.ts";
import { NOT_READY, READY } from "../support/probing.ts";
import type { ModelClock } from "./model-clock.ts";
import { hostOf, type EngineState } from "./model-engine-state.ts";

/** Queries the real state of the containers. Its answer may be outdated when it arrives. */
export function createModelProbe(deps: {
  clock: ModelClock;
  latencyMs: number;
  actuals: ReadonlyMap<string, EngineState>;
  answers: (actual: EngineState) => boolean;
  isBusy: () => boolean;
}): Probe {
  const at = ({ host }: { host: string }): boolean =>
    [...deps.actuals.values()].some((actual) => hostOf(actual) === host && deps.answers(actual));
  return {
    async tcp(endpoint) {
      const found = at(endpoint);
      await deps.clock.pause(deps.latencyMs);
      return found ? READY : NOT_READY;
    },
    http: (endpoint) => Promise.resolve(at(endpoint) && deps.isBusy() ? READY : NOT_READY),
  };
}

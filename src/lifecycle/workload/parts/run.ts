import type { Endpoint, Observation } from "../../../core/observation.ts";
import type { Memory } from "../../ports.ts";

/** The engine's view of a workload, and who started its run. */
export interface RunPart {
  observation: Observation | undefined;
  /** The number of the observation that began last, and the number of `observation`. */
  lastSeq: number;
  observationSeq: number;
  /** The start call that is in progress, at most one; resolves with its error, if any. */
  startCall: Promise<unknown> | undefined;
  /** Set after our start has succeeded: the first observation with a higher number sees our run. */
  startedAtSeq: number | undefined;
  /** Identifies the run that the gateway started. */
  ourRun: string | undefined;
  /** All targets that this run has had. */
  runTargets: readonly Endpoint[];
  /**
   * `following`: set while targets follow instances. `avoidUntilMs`: for how long a refusing target (`host:port`) is
   * avoided.
   */
  readonly targets: { following: AbortController | undefined; readonly avoidUntilMs: Map<string, number> };
  /** Called with each target whose run has ended. */
  onRunOver: (endpoint: Endpoint) => void;
  /**
   * The number of instances when it last ran, which is the number to start; `undefined`: unknown, so the engine
   * decides.
   */
  formerInstances: number | undefined;
  /** The gateway started the current run. */
  wokenByUs: boolean;
  /** The gateway ended the last run. */
  stoppedByUs: boolean;
}

/** Creates the part of a new record, from what was stored before a restart. */
export function createRunPart(memory: Memory | undefined): RunPart {
  return {
    observation: undefined,
    lastSeq: 0,
    observationSeq: 0,
    startCall: undefined,
    startedAtSeq: undefined,
    ourRun: undefined,
    runTargets: [],
    targets: { following: undefined, avoidUntilMs: new Map() },
    onRunOver() {},
    formerInstances: memory?.instances,
    wokenByUs: memory?.wokenByUs ?? false,
    stoppedByUs: memory?.stoppedByUs ?? false,
  };
}

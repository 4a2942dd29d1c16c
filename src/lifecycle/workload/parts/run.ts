import type { Endpoint, Observation } from "../../../core/observation.ts";
import type { Memory } from "../../ports.ts";

/** What the engine shows of a workload, and whose run that is. */
export interface RunPart {
  observation: Observation | undefined;
  /** The number of the observation that was begun last, and that of `observation`. */
  lastSeq: number;
  observationSeq: number;
  /** The engine's start that is under way, with its fault if it has one; there is never a second one. */
  startCall: Promise<unknown> | undefined;
  /** Our start has ended well: the first observation after this one sees our run, however late it is. */
  startedAtSeq: number | undefined;
  /** Which run was begun by us. */
  ourRun: string | undefined;
  /** Where this run was ready. */
  runTargets: readonly Endpoint[];
  /** Set while its targets follow its instances; until when nobody is sent to one that refused (`host:port`). */
  readonly targets: { following: AbortController | undefined; readonly restUntilMs: Map<string, number> };
  /** Called when that run is over. */
  onRunOver: (endpoint: Endpoint) => void;
  /** How many instances it had when it last had any: so many are started. `undefined`: not known, so that its engine decides. */
  formerInstances: number | undefined;
  /** This run, or the last one, was begun by us. */
  wokenByUs: boolean;
  /** Its last end was ours. */
  stoppedByUs: boolean;
}

/** Nothing has been observed yet. */
export function createRunPart(memory: Memory | undefined): RunPart {
  return {
    observation: undefined,
    lastSeq: 0,
    observationSeq: 0,
    startCall: undefined,
    startedAtSeq: undefined,
    ourRun: undefined,
    runTargets: [],
    targets: { following: undefined, restUntilMs: new Map() },
    onRunOver() {},
    formerInstances: memory?.instances,
    wokenByUs: memory?.stoppedByUs === false && memory.wakesTotal > 0,
    stoppedByUs: memory?.stoppedByUs ?? false,
  };
}

import type { KnownFront, RecallProgress } from "../core/recall.ts";

/** The fronts that forward to workloads by a document of ours. */
export interface DirectFronts {
  /** Whether all of them go by a document that was made after `sinceMs`. */
  progress(sinceMs: number): RecallProgress;
  /** How long a front may take to apply a change that it has heard of. */
  applyMs(): number;
  /** How long it may take until all of them have fetched and applied a document. */
  recallMs(): number;
}

/** The fronts of which a later life of the gateway must know. */
export interface KnownFronts {
  list(): readonly KnownFront[];
  /** Adds those that a former life of the gateway knew. */
  restore(known: readonly KnownFront[]): void;
  /** Calls back when the list has changed. */
  onChange(then: () => void): void;
}

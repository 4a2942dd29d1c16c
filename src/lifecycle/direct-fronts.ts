import type { KnownFront, RecallProgress } from "../core/recall.ts";

/** The fronts that forward to workloads directly, according to our provider document. */
export interface DirectFronts {
  /** Returns whether all of them use a document from after `sinceMs`. */
  progress(sinceMs: number): RecallProgress;
  /** Returns how long a front may take to apply a document. */
  applyMs(): number;
  /** Returns how long it may take until all of them have fetched and applied a document. */
  recallMs(): number;
}

/** The fronts that a restarted gateway must know. */
export interface KnownFronts {
  list(): readonly KnownFront[];
  /** Adds the fronts that the gateway knew before its restart. */
  restore(known: readonly KnownFront[]): void;
  /** Registers a listener for changes of the list. */
  onChange(then: () => void): void;
}

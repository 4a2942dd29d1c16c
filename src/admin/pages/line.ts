import type { Moment } from "./labels.ts";

/** A line of a cell: some words, and perhaps a moment after them. */
export interface Line {
  readonly text?: string;
  readonly moment?: Moment;
  /** What follows the moment. */
  readonly after?: string;
  readonly tone?: "soft" | "danger";
  readonly title?: string;
}

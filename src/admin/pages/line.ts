import type { Moment } from "./labels.ts";

/** A line of a cell: a text, and perhaps a time after it. */
export interface Line {
  readonly text?: string;
  readonly moment?: Moment;
  /** The text after the time. */
  readonly after?: string;
  readonly tone?: "soft" | "danger";
  readonly title?: string;
}

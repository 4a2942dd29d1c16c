import type { ContainerRow } from "./container-row.ts";

/** A row at its place: in a list, or below what needs it. */
export interface PlacedRow extends ContainerRow {
  /** Unique on the page. */
  readonly key: string;
  readonly depth: number;
  /** Why it is listed here, below another one. */
  readonly relation: string;
}

export interface Section {
  readonly key: string;
  /** Empty: there is only one. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly rows: readonly PlacedRow[];
}

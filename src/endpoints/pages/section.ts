import type { ContainerRow } from "./container-row.ts";

/** A row where it stands: in a list, or below what needs it. */
export type PlacedRow = WholeRow | KnownRow;

/** One that the page has already, as it still is. */
interface KnownRow {
  readonly key: string;
  readonly isKnown: true;
}

interface WholeRow extends ContainerRow {
  /** Unique on the page. */
  readonly key: string;
  readonly isKnown: false;
  readonly depth: number;
  /** Why it stands here, below another one. */
  readonly relation: string;
}

export interface Section {
  readonly key: string;
  /** Empty: there is only one. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly rows: readonly PlacedRow[];
}

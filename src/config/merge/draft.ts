import type { ProcessSettings, WorkloadSettings } from "../../core/settings.ts";
import type { LabelKeys } from "../schema/container-schema.ts";

/** A workload on its way through the merge. */
export interface Draft {
  readonly name: string;
  readonly origin: WorkloadSettings["origin"];
  readonly keys: LabelKeys;
  readonly process?: ProcessSettings;
  /** The id of its engine, where that is not the usual one. */
  readonly engine?: string | undefined;
  /** What it answers for by itself; a group's member gave its label hosts to the group. */
  readonly hosts: readonly string[];
  /** It is asked itself: for its hosts, for its group, or by its name; else it is a mere dependency. */
  readonly isAsked: boolean;
}

/** A group on its way through the merge. */
export interface GroupDraft {
  readonly name: string;
  readonly origin: "file" | "label";
  readonly hosts: readonly string[];
  readonly members: readonly string[];
}

/** Names in an order that no machine's language changes. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

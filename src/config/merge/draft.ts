import type { ProcessSettings, WorkloadSettings } from "../../core/settings.ts";
import type { LabelKeys } from "../schema/container-schema.ts";

/** A workload during the merge. */
export interface Draft {
  readonly name: string;
  readonly origin: WorkloadSettings["origin"];
  readonly keys: LabelKeys;
  readonly process?: ProcessSettings;
  /** The id of its engine, where that is not the usual one. */
  readonly engine?: string | undefined;
  /** Its own hosts, of which each may name a port (`host=port`); the member of a group gave its label hosts to the group. */
  readonly hosts: readonly string[];
  /** It is requested itself, by its hosts, its group or its name; otherwise it is only a dependency. */
  readonly isAsked: boolean;
}

/** A group during the merge. */
export interface GroupDraft {
  readonly name: string;
  readonly origin: "file" | "label";
  /** Each may name a port of its members. */
  readonly hosts: readonly string[];
  readonly members: readonly string[];
}

/** Compares names independently of the machine's locale. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

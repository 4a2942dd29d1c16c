import type { ProcessSettings, WorkloadSettings } from "../../core/settings.ts";
import type { LabelKeys } from "../schema/container-schema.ts";

/** A workload that is being merged. */
export interface Draft {
  readonly name: string;
  readonly origin: WorkloadSettings["origin"];
  readonly keys: LabelKeys;
  readonly process?: ProcessSettings;
  /** The id of its engine, unless that is the default one. */
  readonly engine?: string | undefined;
  /** Its own hosts, optionally with a port (`host=port`); the label hosts of a group's member belong to the group. */
  readonly hosts: readonly string[];
  /** Clients request it by its hosts, its group or its name; otherwise it is only a dependency. */
  readonly isRequested: boolean;
}

/** A group that is being merged. */
export interface GroupDraft {
  readonly name: string;
  readonly origin: "file" | "label";
  /** Its hosts, optionally with a port of its members (`host=port`). */
  readonly hosts: readonly string[];
  readonly members: readonly string[];
}

/** Compares names independently of the machine's locale. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

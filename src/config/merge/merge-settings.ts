import type { EngineKind } from "../../core/engine-kind.ts";
import type { InventoryItem } from "../../core/observation.ts";
import type { Settings, WorkloadSettings } from "../../core/settings.ts";
import { type ClaimedHosts, claimHosts } from "./claim-hosts.ts";
import { byName, type Draft } from "./draft.ts";
import type { Fault } from "../check/faults.ts";
import { type Fitted, fitToEngine } from "../check/fit-to-engine.ts";
import { type FormedGroups, formGroups, toGroupSettings } from "./form-groups.ts";
import { implyDraft, neededOutside } from "./implied.ts";
import { indexInventory, type InventoryIndex } from "./inventory-index.ts";
import { leaveSwarmTasks } from "./leave-swarm-tasks.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { mergedProvenance } from "./merged-provenance.ts";
import type { Provenance } from "../parse/provenance.ts";
import { type Labelled, readLabelled } from "./read-labelled.ts";
import { resolveNames } from "./resolve-names.ts";
import { resolveDependencies } from "./resolve-dependencies.ts";
import { settleNamesakes, type Settled } from "./settle-namesakes.ts";
import { warnOfBalance, warnOfTarget, warnOfTiers } from "../check/warn-of-workload.ts";
import { toWorkloadSettings } from "./workload-settings.ts";

/** The merged settings and what is wrong with them. */
export interface MergeResult {
  readonly settings: Settings;
  /** Each distinct warning is logged once. */
  readonly warnings: readonly string[];
  /** The labels that are not in force; each is logged and shown on the dashboard. */
  readonly labelFaults: readonly Fault[];
  readonly provenance: Provenance;
}

/** The options of a merge. */
export interface MergeOptions {
  /** The gateway's own container (name or id), which is never managed. */
  readonly self?: string | undefined;
}

/**
 * Merges the labels of all containers into the configuration of the file, which takes precedence by name and by host.
 * The order of the inventory does not affect the result; a faulty label disables only itself.
 */
export function mergeSettings(
  written: FileConfig,
  found: readonly InventoryItem[],
  options: MergeOptions = {},
): MergeResult {
  const { config, inventory, warnings, faults } = settleNames(written, found);
  const index = indexInventory(inventory, options.self);
  const read = readLabelled(config, index);
  const broken = new Set(read.faults.flatMap(({ place }) => (isOfRoute(place) ? place.container : [])));
  const groups = formGroups(config.groups, read.labelled, broken);
  const hosts = claimHosts(config, groups, read.labelled);

  const fitted = config.containers.map((keys) => fitToEngine({ ...keys, group: undefined }, kindOf(keys.name, index)));
  const { fromFile, fromLabels } = draftEach(
    fitted.map(({ keys }) => keys),
    read.labelled,
    { hosts, index },
  );
  const known = new Map([...fromFile, ...fromLabels].map((draft) => [draft.name, draft]));
  const requested = [...known.values()].filter((draft) => draft.isRequested || isHostless(draft, broken));
  const resolved = resolveDependencies(
    requested.map(({ name }) => name),
    known,
    index,
  );
  const outside = neededOutside(index, resolved.needs);
  const implied = [...resolved.needs.keys()]
    .filter((name) => !known.has(name))
    .map((name) => implyDraft(name, index, outside));

  const needed = new Set([...resolved.needs.values()].flat().map(({ name }) => name));
  const drafts = [
    ...fromFile,
    ...fromLabels.filter(({ name }) => resolved.needs.has(name)),
    ...implied.toSorted(byName),
  ].map((draft) => ({ ...draft, isRequested: draft.isRequested || !needed.has(draft.name) }));
  const workloads = drafts.map((draft) =>
    toWorkloadSettings(draft, resolved.needs.get(draft.name) ?? [], { gateway: config.gateway, groups: hosts.groups }),
  );
  const ofWorkloads = warningsOfWorkloads(workloads, groups, index);
  return {
    settings: {
      gateway: config.gateway,
      workloads,
      groups: hosts.groups.map((group) => toGroupSettings(group, config.groups, read.labelled)),
    },
    warnings: [...warnings, ...read.warnings, ...hosts.warnings, ...fitted.flatMap(warningsOfFit), ...ofWorkloads],
    labelFaults: [...faults, ...read.faults, ...resolved.faults],
    /** Created when it is read, which usually does not happen. */
    get provenance() {
      return mergedProvenance(config.provenance, drafts, read.labelled, resolved.fromCompose);
    },
  };
}

/** Makes every name in the file and the inventory stand for one workload that may be managed. */
function settleNames(written: FileConfig, found: readonly InventoryItem[]): Settled & Pick<MergeResult, "warnings"> {
  const named = resolveNames(written, found);
  const { config, inventory, warnings } = leaveSwarmTasks(named.config, found);
  const settled = settleNamesakes(config, inventory);
  return { ...settled, faults: [...named.faults, ...settled.faults], warnings };
}

/** Creates the drafts from the file and the labels, with the hosts that each owns. */
function draftEach(
  written: readonly FileConfig["containers"][number][],
  labelled: readonly Labelled[],
  { hosts, index }: { readonly hosts: ClaimedHosts; readonly index: InventoryIndex },
): { readonly fromFile: readonly Draft[]; readonly fromLabels: readonly Draft[] } {
  const members = new Set(hosts.groups.flatMap((group) => group.members));
  const draftOf = (name: string, rest: Pick<Draft, "origin" | "keys" | "process">): Draft => {
    const own = hosts.ofContainer.get(name) ?? [];
    return {
      name,
      ...rest,
      engine: index.engineOf(name),
      hosts: own,
      isRequested: own.length > 0 || members.has(name),
    };
  };
  return {
    fromFile: written.map((keys) =>
      draftOf(keys.name, { origin: "file", keys, ...(keys.process === undefined ? {} : { process: keys.process }) }),
    ),
    fromLabels: labelled.map(({ item, keys }) => draftOf(item.name, { origin: "label", keys })),
  };
}

/** Warns of settings without effect. */
function warningsOfWorkloads(
  workloads: readonly WorkloadSettings[],
  { label: groups }: FormedGroups,
  index: InventoryIndex,
): string[] {
  const members = new Set(groups.flatMap((group) => group.members));
  return workloads.flatMap((workload) => [
    ...warnOfTiers(workload),
    ...warnOfTarget(workload),
    ...(members.has(workload.name) ? [] : warnOfBalance(workload, kindOf(workload.name, index))),
  ]);
}

/** Warns of keys in the file that an engine does not support. */
function warningsOfFit({ keys, lacks }: Fitted<FileConfig["containers"][number]>): string[] {
  return lacks.map(({ key, message }) => `container "${keys.name}": ${key}: ${message}`);
}

/** Returns the kind of its engine; `undefined` if the container is missing or the engine unreachable. */
function kindOf(name: string, index: InventoryIndex): EngineKind | undefined {
  const item = index.get(name);
  return item && (item.engineKind ?? "docker");
}

/**
 * Returns true if it configured no host, so it is requested by name or a dependency. A container that lost its hosts to
 * another, or whose host is faulty, is reported and not managed.
 */
function isHostless({ name, origin, keys }: Draft, broken: ReadonlySet<string>): boolean {
  return origin === "file" || ((keys.host ?? []).length === 0 && keys.group === undefined && !broken.has(name));
}

function isOfRoute(place: Fault["place"]): place is Extract<Fault["place"], { kind: "label" }> {
  return place.kind === "label" && ROUTE_LABELS.has(place.label);
}

const ROUTE_LABELS: ReadonlySet<string> = new Set(["dag.host", "dag.group"]);

import type { InventoryItem } from "../core/observation.ts";
import type { Settings } from "../core/settings.ts";
import { claimHosts } from "./claim-hosts.ts";
import { byName, type Draft } from "./draft.ts";
import { labelFault, type Fault } from "./faults.ts";
import { formGroups, toGroupSettings } from "./form-groups.ts";
import { implyDraft, neededOutside } from "./implied.ts";
import { indexInventory } from "./inventory-index.ts";
import { leaveSwarmTasks } from "./leave-swarm-tasks.ts";
import type { FileConfig } from "./load-config.ts";
import { mergedProvenance } from "./merged-provenance.ts";
import type { Provenance } from "./provenance.ts";
import { readLabelled } from "./read-labelled.ts";
import { resolveDependencies } from "./resolve-dependencies.ts";
import { warnOfTiers } from "./warn-of-tiers.ts";
import { toWorkloadSettings } from "./workload-settings.ts";

export interface MergeResult {
  readonly settings: Settings;
  /** Each distinct one is worth one log line. */
  readonly warnings: readonly string[];
  /** Labels that are not in force; worth one log line each and a mark on the dashboard. */
  readonly labelFaults: readonly Fault[];
  readonly provenance: Provenance;
}

export interface MergeOptions {
  /** The gateway's own container (name or id): it never looks after itself. */
  readonly self?: string | undefined;
}

/**
 * Puts the labels of all containers into the file's configuration: what the file says wins by name and by host. The
 * same containers in any order give the same result; a faulty label never takes down more than itself.
 */
export function mergeSettings(
  written: FileConfig,
  found: readonly InventoryItem[],
  options: MergeOptions = {},
): MergeResult {
  const { config, inventory, warnings } = leaveSwarmTasks(written, found);
  const index = indexInventory(inventory, options.self);
  const read = readLabelled(config, index);
  const groups = formGroups(config.groups, read.labelled);
  const hosts = claimHosts(config, groups, read.labelled);

  const routedGroups = hosts.groups;
  const members = new Set(routedGroups.flatMap((group) => group.members));
  const fromFile = config.containers.map((keys): Draft => ({
    name: keys.name,
    origin: "file",
    keys: { ...keys, group: undefined },
    ...(keys.process === undefined ? {} : { process: keys.process }),
    hosts: hosts.ofContainer.get(keys.name) ?? [],
    isMember: members.has(keys.name),
  }));
  const fromLabels = read.labelled.map(({ item, keys }): Draft => ({
    name: item.name,
    origin: "label",
    keys,
    hosts: hosts.ofContainer.get(item.name) ?? [],
    isMember: members.has(item.name),
  }));

  const known = new Map([...fromFile, ...fromLabels].map((draft) => [draft.name, draft]));
  const asked = [...known.values()].filter(
    (draft) => draft.origin === "file" || draft.isMember || draft.hosts.length > 0,
  );
  const resolved = resolveDependencies(
    asked.map(({ name }) => name),
    known,
    index,
  );
  const outside = neededOutside(index, resolved.needs);
  const implied = [...resolved.needs.keys()]
    .filter((name) => !known.has(name))
    .map((name) => implyDraft(name, index, outside));

  const drafts = [
    ...fromFile,
    ...fromLabels.filter(({ name }) => resolved.needs.has(name)),
    ...implied.toSorted(byName),
  ];
  const workloads = drafts.map((draft) =>
    toWorkloadSettings(draft, resolved.needs.get(draft.name) ?? [], config.gateway),
  );
  const forgotten = fromLabels.filter((draft) => !resolved.needs.has(draft.name) && isHostless(draft));
  return {
    settings: {
      gateway: config.gateway,
      workloads,
      groups: routedGroups.map((group) => toGroupSettings(group, config.groups, read.labelled)),
    },
    warnings: [...warnings, ...read.warnings, ...hosts.warnings, ...workloads.flatMap(warnOfTiers)],
    labelFaults: [...read.faults, ...groups.faults, ...resolved.faults, ...forgotten.map(unreachable)],
    provenance: mergedProvenance(config.provenance, drafts, read.labelled, resolved.fromCompose),
  };
}

/** It never asked for a host; who lost its hosts to another, or is in a group without one, was told already. */
function isHostless({ keys }: Draft): boolean {
  return (keys.host ?? []).length === 0 && keys.group === undefined;
}

function unreachable({ name }: Draft): Fault {
  return labelFault(name, "dag.host", "missing: nothing leads to this container, and no other one depends on it");
}

import type { LabelKeys } from "../schema/container-schema.ts";
import { containerFault, labelFault, type Fault } from "../check/faults.ts";
import type { IndexedItem, InventoryIndex } from "./inventory-index.ts";
import { fitToEngine } from "../check/fit-to-engine.ts";
import { ENABLED, parseLabels } from "../parse/labels.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { scheduleClash } from "../check/schedule-clash.ts";

/** A container with the label `dag.enabled=true`. */
export interface Labelled {
  readonly item: IndexedItem;
  readonly keys: LabelKeys;
  /** The keys that its labels set. */
  readonly set: readonly string[];
}

/** The result of reading all labels. */
export interface LabelledResult {
  readonly labelled: readonly Labelled[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

/** Reads the labels of all containers, except those that the file configures. */
export function readLabelled(config: FileConfig, index: InventoryIndex): LabelledResult {
  const inFile = new Set(config.containers.map(({ name }) => name));
  const labelled: Labelled[] = [];
  const faults: Fault[] = [];
  const warnings: string[] = [];
  for (const item of index.items) {
    // Its host stays, so that requests get the reason.
    if (item.refused !== undefined && inFile.has(item.name)) faults.push(containerFault(item.name, item.refused));
    // `docker compose run` copies the service's labels to a container that is not a server.
    if (item.compose?.oneOff === true) continue;
    const reading = parseLabels(item.name, item.labels);
    if (reading.settings !== undefined && inFile.has(item.name)) {
      warnings.push(`container "${item.name}" is configured in the file: its dag.* labels are not used`);
      continue;
    }
    faults.push(...reading.faults);
    if (reading.settings === undefined) {
      // An empty label is an unset variable of Compose, and "false" is meant.
      if (item.labels["dag.host"] && item.labels[ENABLED] === undefined)
        warnings.push(`container "${item.name}": label dag.host has no effect without the label ${ENABLED}=true`);
      continue;
    }
    if (item.warning !== undefined) warnings.push(`"${item.name}": ${item.warning}`);
    if (item.refused !== undefined) {
      faults.push(labelFault(item.name, ENABLED, item.refused));
      continue;
    }
    const { keys, lacks } = fitToEngine(reading.settings, item.engineKind ?? "docker");
    faults.push(...lacks.map(({ key, message }) => labelFault(item.name, `dag.${key}`, message)));
    labelled.push({ item, keys: withoutClash(item.name, keys, config, faults), set: reading.keys });
  }
  return { labelled, faults, warnings };
}

function withoutClash(name: string, keys: LabelKeys, { gateway, checkedAtMs }: FileConfig, faults: Fault[]): LabelKeys {
  const { schedule_start: start, schedule_stop: stop, schedule_timezone: own } = keys;
  const clash = scheduleClash({ start, stop, timezone: own || gateway.scheduleTimezone }, checkedAtMs);
  if (clash === undefined) return keys;
  faults.push(labelFault(name, "dag.schedule_stop", clash));
  return { ...keys, schedule_start: "", schedule_stop: "" };
}

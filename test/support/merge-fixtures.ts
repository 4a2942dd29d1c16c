import assert from "node:assert/strict";
import type { InventoryItem } from "../../src/core/observation.ts";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import { formatFault } from "../../src/config/check/faults.ts";
import { loadConfig, type FileConfig, type LoadResult } from "../../src/config/parse/load-config.ts";
import { mergeSettings, type MergeOptions, type MergeResult } from "../../src/config/merge/merge-settings.ts";

/** Loads a valid file. */
export function configOf(text: string): FileConfig {
  const result = load(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

/** Returns the reported faults of a file. */
export function faultsOf(text: string): string[] {
  const result = load(text);
  return result.ok ? [] : result.faults.map(formatFault);
}

function load(text: string): LoadResult {
  return loadConfig({
    text,
    file: "config.yaml",
    env: {},
    readSecret: () => "",
    nowMs: Date.parse("2026-04-07T10:00:00Z"),
    localTimezone: "UTC",
  });
}

export function merge(text: string, inventory: readonly InventoryItem[], options?: MergeOptions): MergeResult {
  return mergeSettings(configOf(text), inventory, options);
}

/** Creates a container with `dag.enabled=true` and further labels. */
export function item(name: string, labels: Record<string, string> = {}): InventoryItem {
  return { name, id: `id-of-${name}`, status: "stopped", image: "demo", labels: { "dag.enabled": "true", ...labels } };
}

/** Creates a container of Compose; `path` is its `project/service`. It is only enabled if `labels` do that. */
export function compose(
  name: string,
  path: string,
  labels: Record<string, string> = {},
  dependsOn = "",
): InventoryItem {
  const [project = "", service = ""] = path.split("/");
  const own = {
    "com.docker.compose.project": project,
    "com.docker.compose.service": service,
    "com.docker.compose.depends_on": dependsOn,
  };
  return { ...item(name), labels: { ...own, ...labels } };
}

export function workload({ settings }: MergeResult, name: string): WorkloadSettings {
  const found = settings.workloads.find((each) => each.name === name);
  assert.ok(found, `workload ${name} is there`);
  return found;
}

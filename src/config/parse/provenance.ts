import type { Override } from "./environment.ts";
import { formatPath, type KeyPath } from "../schema/key-path.ts";
import type { YamlDocument } from "./yaml-document.ts";

/**
 * The origins of settings: `my-app.idle_timeout` or `gateway.port` → "config.yaml line 12", "label dag.idle_timeout",
 * "environment ADMIN_AUTH_TOKEN". Settings without an entry have their default.
 */
export type Provenance = ReadonlyMap<string, string>;

/** Returns the origin of every key that the file or the environment sets. */
export function fileProvenance(
  raw: unknown,
  file: string,
  document: YamlDocument,
  overrides: readonly Override[],
): Provenance {
  const origins = new Map<string, string>();
  const note = (written: string, path: KeyPath) =>
    origins.set(written, `${file} line ${document.locate(path, "key").line}`);

  for (const section of ["gateway", "kubernetes"]) {
    for (const path of leaves(child(raw, section), [section])) note(formatPath(path), path);
  }
  for (const section of ["containers", "groups"]) {
    for (const [index, item] of items(child(raw, section)).entries()) {
      const name = child(item, "name");
      if (typeof name !== "string") continue;
      for (const key of Object.keys(item))
        note(section === "groups" ? `group ${name}.${key}` : `${name}.${key}`, [section, index, key]);
    }
  }
  for (const { path, variable } of overrides) origins.set(formatPath(path), `environment ${variable}`);
  return origins;
}

/** Returns the paths of all values in a map and the maps inside it; a list counts as one value. */
function leaves(value: unknown, path: KeyPath): KeyPath[] {
  if (!isMap(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]));
}

function child(value: unknown, key: string): unknown {
  return isMap(value) ? value[key] : undefined;
}

function items(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { z } from "zod";
import { labelSchema, type LabelKeys } from "../schema/container-schema.ts";
import { labelFault, type Fault } from "../check/faults.ts";
import type { KeyPath } from "../schema/key-path.ts";
import { hint } from "../schema/nearest.ts";
import { salvage } from "../check/salvage.ts";
import { unwrap } from "../check/schema-issues.ts";
import { parseFlag } from "../schema/values.ts";

/** The labels of one container. */
export interface LabelReading {
  /** Set if `dag.enabled` is true. */
  readonly settings: LabelKeys | undefined;
  /** The keys that are set, written as in the file (`idle_timeout`, `ignore.paths`). */
  readonly keys: readonly string[];
  /** A faulty label disables itself only. */
  readonly faults: readonly Fault[];
}

/** Reads a container's `dag.*` labels. */
export function parseLabels(name: string, labels: Readonly<Record<string, string>>): LabelReading {
  const faults: Fault[] = [];
  if (!isEnabled(name, labels, faults)) return { settings: undefined, keys: [], faults };

  const raw: Record<string, unknown> = {};
  const keys: string[] = [];
  for (const [label, value] of Object.entries(labels).toSorted(byLabel)) {
    if (label === REPLICAS && !isCount(value))
      faults.push(labelFault(name, label, `"${value}" is not a whole number from 1 on; it has no effect`));
    if (!label.startsWith(PREFIX) || label === REPLICAS || label === ENABLED) continue;
    const key = label.slice(PREFIX.length);
    const path = LABEL_PATHS.get(key);
    if (path === undefined) faults.push(labelFault(name, label, whyNot(key)));
    // Compose writes an empty label for an unset ${VARIABLE}; only an empty depends_on is meaningful: no dependencies.
    else if (value.trim() !== "" || key === "depends_on") {
      set(raw, path, value);
      keys.push(key);
    }
  }
  let settings = DEFAULTS;
  for (const [key, value] of Object.entries(raw)) {
    const { value: parsed, issues } = salvage(schemaOf(key), { [key]: value });
    settings = { ...settings, ...parsed };
    for (const { path, message } of issues) faults.push(labelFault(name, PREFIX + labelOf(path), message));
  }
  return { settings, keys, faults };
}

/** Returns the schema of one key. Keys are parsed one by one, because a container usually sets only a few of fifty. */
function schemaOf(key: string): z.ZodType<Partial<LabelKeys>> {
  return SCHEMAS[key] ?? labelSchema;
}

const SCHEMAS: Readonly<Record<string, z.ZodType<Partial<LabelKeys>>>> = Object.fromEntries(
  Object.entries(labelSchema.shape).map(([key, schema]) => [key, z.strictObject({ [key]: schema })]),
);

/** The settings of a container without labels. */
export const DEFAULTS: LabelKeys = labelSchema.parse({});

/** Maps every label, without `dag.` and with dots for nested keys, to its path in the schema. */
export const LABEL_PATHS: ReadonlyMap<string, KeyPath> = new Map(
  Object.entries(labelSchema.shape).flatMap(([key, schema]): [string, KeyPath][] => {
    const inner = unwrap(schema);
    if (!(inner instanceof z.ZodObject)) return [[key, [key]]];
    return Object.keys(inner.shape).map((below) => [`${key}.${below}`, [key, below]]);
  }),
);

/** The label that enables a container. */
export const ENABLED = "dag.enabled";
const PREFIX = "dag.";
/** Not a setting: engines read it, and the Swarm engine writes it when it scales to 0. */
const REPLICAS = "dag.replicas";

function isCount(value: string): boolean {
  return value.trim() === "" || (Number.isInteger(Number(value)) && Number(value) > 0);
}

function isEnabled(name: string, labels: Readonly<Record<string, string>>, faults: Fault[]): boolean {
  const value = labels[ENABLED];
  if (value === undefined || value.trim() === "") return false;
  const reading = parseFlag(value);
  if (!reading.ok) faults.push(labelFault(name, ENABLED, reading.fault));
  return reading.ok && reading.value;
}

function whyNot(key: string): string {
  if (key === "process" || key.startsWith("process."))
    return "a process can only be configured in the file, not by labels";
  if (key === "name") return "the name is always the container's own; remove this label";
  return `unknown label${hint(key, [...LABEL_PATHS.keys(), "enabled"]).replace('mean "', `mean "${PREFIX}`)}`;
}

function set(raw: Record<string, unknown>, [key, below]: KeyPath, value: string): void {
  if (typeof key !== "string") return;
  if (typeof below !== "string") raw[key] = value;
  else raw[key] = { ...(raw[key] as Record<string, unknown> | undefined), [below]: value };
}

function labelOf(path: KeyPath): string {
  return path.filter((step) => typeof step === "string").join(".");
}

function byLabel([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

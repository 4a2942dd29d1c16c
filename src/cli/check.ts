import { parseArgs } from "node:util";
import { explainHosts } from "../config/explain-hosts.ts";
import { formatFault } from "../config/faults.ts";
import type { FileConfig } from "../config/load-config.ts";
import { mergeSettings } from "../config/merge-settings.ts";
import { configPath, createConfigSource } from "../config/source.ts";
import type { InventoryItem } from "../core/observation.ts";

/** What `dag check` needs from outside. */
export interface CheckIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** All containers of this host; rejects when Docker cannot be reached. */
  readonly inventory?: (config: FileConfig) => Promise<readonly InventoryItem[]>;
}

/** `dag check [FILE] [--docker]`: says every fault and what each host would do. Returns 0 (sound), 1 (no Docker) or 2 (faults). */
export async function runCheck(args: readonly string[], io: CheckIo): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === "string") return complain(io, [asked, "usage: dag check [FILE] [--docker]"]);

  const { path, explicit } = configPath(io.env, asked.file);
  const loaded = createConfigSource({ path, explicit, env: io.env }).load();
  if (!loaded.ok)
    return complain(io, [...loaded.faults.map(formatFault), `${path}: ${count(loaded.faults.length, "fault")}`]);

  const inventory = asked.docker ? await readInventory(loaded.config, io) : [];
  if (inventory === undefined) return 1;
  const { settings, warnings, labelFaults } = mergeSettings(loaded.config, inventory);
  for (const warning of [...loaded.warnings, ...warnings]) io.stderr(`warning: ${warning}\n`);
  for (const line of explainHosts(settings)) io.stdout(`${line}\n`);
  io.stdout(`${path}: ${count(settings.workloads.length, "container")}, ${count(settings.groups.length, "group")}\n`);
  return labelFaults.length > 0 ? complain(io, labelFaults.map(formatFault)) : 0;
}

function readArguments(args: readonly string[]): { file: string | undefined; docker: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { docker: { type: "boolean" } },
      allowPositionals: true,
    });
    const [file, more] = positionals;
    return more === undefined ? { file, docker: values.docker ?? false } : "one file is checked at a time";
  } catch (error) {
    return error instanceof Error ? error.message : "these arguments cannot be read";
  }
}

async function readInventory(
  config: FileConfig,
  { inventory, stderr }: CheckIo,
): Promise<readonly InventoryItem[] | undefined> {
  try {
    if (inventory !== undefined) return await inventory(config);
    stderr("--docker: there is no Docker here\n");
  } catch (error) {
    stderr(`--docker: ${error instanceof Error ? error.message : "Docker cannot be reached"}\n`);
  }
  return undefined;
}

function complain({ stderr }: CheckIo, lines: readonly string[]): 2 {
  for (const line of lines) stderr(`${line}\n`);
  return 2;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

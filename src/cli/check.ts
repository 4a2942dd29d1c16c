import { explainHosts } from "../config/explain-hosts.ts";
import { formatFault } from "../config/faults.ts";
import { mergeSettings } from "../config/merge-settings.ts";
import { configPath, createConfigSource } from "../config/source.ts";
import type { InventoryItem } from "../core/observation.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import type { Inventory } from "./docker-inventory.ts";

/** `dag check`: says every fault and what each host would do. Returns 0 (sound), 1 (no Docker) or 2 (faults). */
export function createCheck({ inventory }: { readonly inventory: Inventory }): Command {
  return {
    summary: "checks the configuration and says what each host would do",
    details: [
      "Reads the file as the gateway would, environment included, and reports all faults together, each with its line. Nothing is started.",
    ],
    options: { docker: { summary: "reads the containers of this host too, and checks their labels" } },
    operands: [{ name: "FILE", required: false, words: "files" }],

    async run({ options, operands }, io) {
      const { path, explicit } = configPath(io.env, operands[0]);
      const loaded = createConfigSource({ path, explicit, env: io.env }).load();
      if (!loaded.ok)
        return complain(io, [...loaded.faults.map(formatFault), `${path}: ${count(loaded.faults.length, "fault")}`]);

      const items = options["docker"] === true ? await readInventory(inventory, io) : [];
      if (items === undefined) return EXIT_FAILURE;
      const { settings, warnings, labelFaults } = mergeSettings(loaded.config, items);
      for (const warning of [...loaded.warnings, ...warnings]) io.stderr(`warning: ${warning}\n`);
      for (const line of explainHosts(settings)) io.stdout(`${line}\n`);
      io.stdout(
        `${path}: ${count(settings.workloads.length, "container")}, ${count(settings.groups.length, "group")}\n`,
      );
      return labelFaults.length > 0 ? complain(io, labelFaults.map(formatFault)) : EXIT_OK;
    },
  };
}

async function readInventory(inventory: Inventory, io: Io): Promise<readonly InventoryItem[] | undefined> {
  try {
    return await inventory(io);
  } catch (error) {
    io.stderr(`--docker: ${error instanceof Error ? error.message : "Docker cannot be reached"}\n`);
    return undefined;
  }
}

function complain({ stderr }: Io, lines: readonly string[]): number {
  for (const line of lines) stderr(`${line}\n`);
  return EXIT_USAGE;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

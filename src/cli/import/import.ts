import path from "node:path";
import { formatFault } from "../../config/check/faults.ts";
import { loadConfig } from "../../config/parse/load-config.ts";
import { localTimezone } from "../../config/parse/local-timezone.ts";
import { readText } from "../../config/parse/read-text.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Given, type Io } from "../command.ts";
import type { Inventory } from "../docker-inventory.ts";
import { readCompose } from "./compose.ts";
import { importContainerNursery } from "./containernursery.ts";
import { servicesOf } from "./inventory.ts";
import { importLazytainer } from "./lazytainer.ts";
import { importSablier } from "./sablier.ts";
import { withoutSharedHosts } from "./shared-hosts.ts";
import { configText, labelsText } from "./text.ts";
import type { Imported, Service } from "./types.ts";

/**
 * Creates `dag import`, which converts another product's configuration. Returns 0, 1 (no Docker) or 2 (invalid input).
 */
export function createImport({ inventory }: { readonly inventory: Inventory }): Command {
  return {
    summary: "converts another product's configuration and prints it",
    details: [
      "sablier and lazytainer: FILE is a Compose file with their labels, or --docker reads those of this host's containers. containernursery: FILE is its config.yml.",
      "Settings without an equivalent are listed in comments. The command changes no file: redirect its output to a file, read it, and check it with dag check.",
    ],
    options: {
      docker: { summary: "reads the labels of this host's containers instead of a file" },
      labels: { summary: "prints labels, as a Compose file to add to yours, instead of a config.yaml" },
    },
    operands: [
      { name: "SOURCE", required: true, words: ["sablier", "containernursery", "lazytainer"] },
      { name: "FILE", required: false, words: "files" },
    ],

    async run(given, io) {
      const order = readOrder(given);
      if (typeof order === "string") return printError(io, order, EXIT_USAGE);
      const { source, file, labels } = order;
      let services: readonly Service[] = [];
      try {
        if (file === undefined) services = servicesOf(await inventory(io));
      } catch (error) {
        return printError(io, `--docker: ${sentenceOf(error)}`, EXIT_FAILURE);
      }
      let imported: Imported;
      try {
        imported = file === undefined ? ofServices(source, services) : ofFile(source, file, io);
      } catch (error) {
        return printError(io, `${file ?? "Docker"}: ${sentenceOf(error)}`, EXIT_USAGE);
      }
      const from = `${source} (${file ?? "the containers of this host"})`;
      const text = configText(withoutSharedHosts(imported), from);
      io.stdout(labels ? labelsText(imported, from) : text);
      const faults = labels ? [] : faultsOf(text);
      for (const fault of faults) io.stderr(`dag import: fix by hand: ${fault}\n`);
      return faults.length > 0 ? EXIT_USAGE : EXIT_OK;
    },
  };
}

interface Order {
  readonly source: string;
  /** `undefined`: the labels are read from Docker. */
  readonly file: string | undefined;
  readonly labels: boolean;
}

function readOrder({ options, operands: [source = "", file] }: Given): Order | string {
  const docker = options["docker"] === true;
  if (docker && source === "containernursery") return "containernursery has no labels: pass its config.yml as FILE";
  if (docker && file !== undefined) return "use FILE or --docker, not both";
  if (!docker && file === undefined) return `FILE is missing${source === "containernursery" ? "" : " (or --docker)"}`;
  return { source, file, labels: options["labels"] === true };
}

function ofServices(source: string, services: readonly Service[]): Imported {
  return source === "sablier" ? importSablier(services) : importLazytainer(services);
}

function ofFile(source: string, file: string, { env }: Io): Imported {
  const text = textOf(file);
  if (source === "containernursery") return importContainerNursery(text);
  const imported = ofServices(source, readCompose(text, path.basename(path.dirname(path.resolve(file))), env));
  const isGuessed = imported.containers.some(({ name }) => name.endsWith("-1"));
  return isGuessed ? { ...imported, comments: [...imported.comments, GUESSED] } : imported;
}

const GUESSED = "names that end in -1 are Compose's default names: compare them with docker ps, or use --docker";

function textOf(file: string): string {
  const text = readText(file);
  if (!text.ok) throw new TypeError(text.fault);
  if (text.value === undefined) throw new TypeError("no such file");
  return text.value;
}

/** Returns the faults that the gateway would report. */
function faultsOf(text: string): string[] {
  const input = {
    text,
    file: "config.yaml",
    env: {},
    readSecret: () => "",
    nowMs: Date.now(),
    localTimezone: localTimezone(),
  };
  const loaded = loadConfig(input);
  return loaded.ok ? [] : loaded.faults.map(formatFault);
}

function printError(io: Io, sentence: string, code: number): number {
  io.stderr(`dag import: ${sentence}\n`);
  return code;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : "it cannot be read";
}

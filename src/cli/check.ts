import { explainHosts } from "../config/merge/explain-hosts.ts";
import { formatFault } from "../config/check/faults.ts";
import { mergeSettings } from "../config/merge/merge-settings.ts";
import { configPath, createConfigSource } from "../config/parse/source.ts";
import type { FileConfig } from "../config/parse/load-config.ts";
import { counted } from "../core/counted.ts";
import type { InventoryItem } from "../core/observation.ts";
import type { Settings } from "../core/settings.ts";
import type { ClusterReport } from "./check-kubernetes.ts";
import type { FrontCheck } from "./check-front/check-front.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import { dockerFaults } from "./docker-hosts.ts";
import type { Inventory } from "./docker-inventory.ts";

/**
 * Creates `dag check`, which reports all faults, and the effect of a request to each host. Returns 0 (valid), 1 (no
 * Docker, or a front lacks something) or 2 (faults).
 */
export function createCheck({ inventory }: { readonly inventory: Inventory }): Command {
  return {
    summary: "checks the configuration and prints what each host does",
    details: [
      "Reads the file, the environment and the custom pages as the gateway does, and reports all faults together, each with its line. It starts nothing.",
      "With --kubernetes, the API server reports which rights the gateway lacks; each is printed as the rule to add to its Role (exit code 1).",
      "With --front, also checks the front proxy, one line per finding: ok, missing (exit code 1) or note. Traefik and Caddy are checked through their API, nginx by the output of nginx -T. A running gateway also reports proxies that are not in trusted_proxies; GATEWAY_URL sets its address, if it is not the configured one.",
    ],
    options: {
      docker: { summary: "also checks the labels of the containers on every Docker host, and of Swarm services" },
      kubernetes: {
        summary: "checks the gateway's rights in the cluster, and the labels and annotations there",
      },
      front: {
        summary: "reports what is missing in this front proxy",
        value: "FRONT",
        words: ["traefik", "caddy", "nginx"],
      },
      api: {
        summary:
          "the API of Traefik (default http://127.0.0.1:8080) or Caddy (http://127.0.0.1:2019); for nginx a file with the output of nginx -T",
        value: "PLACE",
      },
    },
    operands: [{ name: "FILE", required: false, words: "files" }],

    async run({ options, operands }, io) {
      const { front, api } = options;
      const misused = faultOfFront(front, api);
      if (misused !== undefined) return fail(io, [misused]);

      const place = configPath(io.env, operands[0]);
      const { path } = place;
      const loaded = createConfigSource({ ...place, env: io.env }).load();
      const faults = loaded.ok ? dockerFaults(io.env, loaded.config) : loaded.faults.map(formatFault);
      if (!loaded.ok || faults.length > 0) return fail(io, [...faults, `${path}: ${counted(faults.length, "fault")}`]);

      const unreached: string[] = [];
      const more = { config: loaded.config, report: (fault: string) => void unreached.push(fault) };
      const items = options["docker"] === true ? await inventory(io, more) : [];
      for (const fault of unreached) io.stderr(`--docker: ${fault}\n`);
      if (unreached.length > 0 && items.length === 0) return EXIT_FAILURE;
      const cluster = options["kubernetes"] === true ? await reportKubernetes(loaded.config, io) : NO_CLUSTER;
      const all = [...items, ...cluster.items];
      const { settings, warnings, labelFaults } = mergeSettings(loaded.config, all);
      for (const warning of [...loaded.warnings, ...warnings, ...(await warningsOf(settings, io))])
        io.stderr(`warning: ${warning}\n`);
      for (const line of explainHosts(settings, exposedBy(all))) io.stdout(`${line}\n`);
      io.stdout(
        `${path}: ${counted(settings.workloads.length, "container")}, ${counted(settings.groups.length, "group")}\n`,
      );
      const frontCode =
        typeof front === "string"
          ? await reportFront({ front, place: textOf(api), settings, items, gatewayUrl: io.env["GATEWAY_URL"] }, io)
          : EXIT_OK;
      if (labelFaults.length > 0) return fail(io, labelFaults.map(formatFault));
      return unreached.length > 0 ? EXIT_FAILURE : frontCode || cluster.code;
    },
  };
}

async function warningsOf(settings: Settings, { env }: Io): Promise<string[]> {
  // Loaded here, because a running gateway does not need it.
  const { findWarnings } = await import("./check-warnings.ts");
  return findWarnings(settings, env);
}

const NO_CLUSTER: ClusterReport = { code: EXIT_OK, items: [] };

async function reportKubernetes(config: FileConfig, io: Io): Promise<ClusterReport> {
  const { checkKubernetes } = await import("./check-kubernetes.ts");
  return checkKubernetes(config, io);
}

function exposedBy(items: readonly InventoryItem[]): (name: string) => readonly number[] | undefined {
  const ports = new Map(items.map(({ name, exposedPorts }) => [name, exposedPorts]));
  return (name) => ports.get(name);
}

function faultOfFront(front: string | true | undefined, api: string | true | undefined): string | undefined {
  if (front === undefined) return api === undefined ? undefined : "--api requires --front";
  if (front === "nginx")
    return api === undefined ? "--front nginx requires --api FILE, a file with the output of nginx -T" : undefined;
  if (api === undefined || /^https?:\/\//.test(textOf(api) ?? "")) return undefined;
  return `--api ${JSON.stringify(api)} must be an address that begins with http:// or https://`;
}

function textOf(value: string | true | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function reportFront(check: FrontCheck, io: Io): Promise<number> {
  try {
    // Loaded here, because a running gateway does not need it.
    const { checkFront } = await import("./check-front/check-front.ts");
    const findings = await checkFront(check);
    for (const { kind, text } of findings) io.stdout(`${kind.padEnd("missing".length)}  ${text}\n`);
    return findings.some(({ kind }) => kind === "missing") ? EXIT_FAILURE : EXIT_OK;
  } catch (error) {
    io.stderr(`--front: ${error instanceof Error ? error.message : "cannot reach the front proxy"}\n`);
    return EXIT_FAILURE;
  }
}

function fail({ stderr }: Io, lines: readonly string[]): number {
  for (const line of lines) stderr(`${line}\n`);
  return EXIT_USAGE;
}

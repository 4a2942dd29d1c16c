import type { FileConfig } from "../config/parse/load-config.ts";
import type { InventoryItem } from "../core/observation.ts";
import { createKubernetesClient } from "../engines/kubernetes/client.ts";
import { findMissingRights, type MissingRight, ruleFor } from "../engines/kubernetes/rights.ts";
import { EXIT_FAILURE, EXIT_OK, type Io } from "./command.ts";
import { connectToCluster, loadKubernetesEngine } from "./kubernetes.ts";

/** The result of `dag check --kubernetes`. */
export interface ClusterReport {
  readonly code: number;
  /** The labelled workloads; empty without the permission to list them. */
  readonly items: readonly InventoryItem[];
}

/** Checks every permission of the gateway, prints missing ones as YAML, and lists the labelled workloads. */
export async function checkKubernetes(config: FileConfig, io: Io): Promise<ClusterReport> {
  const { namespaces } = config.kubernetes;
  const client = createKubernetesClient(() => connectToCluster(io, config));
  try {
    const missing = await findMissingRights(client, namespaces);
    for (const right of missing) io.stdout(`${describe(right)}\n`);
    const needed = missing.filter(({ right }) => right.isOptional !== true);
    if (missing.length === 0) io.stdout(`ok       ${client.target} grants all rights\n`);
    return { code: needed.length > 0 ? EXIT_FAILURE : EXIT_OK, items: await listed(config, io) };
  } catch (error) {
    io.stderr(`--kubernetes: ${error instanceof Error ? error.message : String(error)}\n`);
    return { code: EXIT_FAILURE, items: [] };
  } finally {
    client.close();
  }
}

function describe(missing: MissingRight): string {
  const { right, namespace } = missing;
  const where = namespace === "" ? "to a ClusterRole" : `to a Role in namespace ${namespace}`;
  const kind = right.isOptional ? "note   " : "missing";
  return `${kind}  the right for ${right.purpose}; add ${where}:\n${ruleFor(missing)}`;
}

async function listed(config: FileConfig, io: Io): Promise<readonly InventoryItem[]> {
  const engine = await loadKubernetesEngine(io, () => config);
  try {
    const { id, kind } = engine;
    // Marked as in the running gateway, because unsupported settings are only reported if the engine is known.
    return (await engine.list()).map((item) => ({ ...item, engine: id, engineKind: kind }));
  } catch {
    return []; // the permission for it is missing, which is reported
  } finally {
    await engine.close();
  }
}

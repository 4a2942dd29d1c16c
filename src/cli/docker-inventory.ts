import type { FileConfig } from "../config/parse/load-config.ts";
import type { InventoryItem } from "../core/observation.ts";
import type { GatewaySettings } from "../core/settings.ts";
import { createDockerEngine } from "../engines/docker/create-docker-engine.ts";
import { createSwarmEngine } from "../engines/swarm/create-swarm-engine.ts";
import type { Engine } from "../lifecycle/ports.ts";
import type { Io } from "./command.ts";
import { dockerHosts, usesDefaultDocker } from "./docker-hosts.ts";

/**
 * Lists all containers of the Docker in the environment, and with `more` those of further hosts and the services of a
 * swarm.
 */
export type Inventory = (io: Io, more?: OtherHosts) => Promise<readonly InventoryItem[]>;

interface OtherHosts {
  readonly config: Pick<FileConfig, "docker" | "gateway">;
  /** Called with one sentence for each unreachable Docker. */
  readonly report: (fault: string) => void;
}

/**
 * Lists the containers of every Docker and the services of a swarm, with their ports. Without `more`, rejects with one
 * sentence if Docker is unreachable.
 */
export const dockerInventory: Inventory = async ({ env }, more) => {
  if (more === undefined) return readAndClose(usualDocker(env));
  const lists = enginesOf(env, more.config).map(async (engine) => {
    const { id, kind } = engine;
    try {
      const items = await readAndClose(engine);
      // Marked as in the running gateway, because unsupported settings are only reported if the engine is known.
      return id === "docker" ? items : items.map((item) => ({ ...item, engine: id, engineKind: kind }));
    } catch (error) {
      const message = error instanceof Error ? error.message : "Docker cannot be reached";
      more.report(id === "docker" ? message : `${id}: ${message}`);
      return [];
    }
  });
  return (await Promise.all(lists)).flat();
};

function enginesOf(env: Io["env"], config: OtherHosts["config"]): readonly Engine[] {
  const others = Object.values(dockerHosts(() => config));
  const hasDocker = usesDefaultDocker(env, config, others.length > 0);
  const managers = config.gateway.swarmManagers;
  const swarm = (): Engine => createSwarmEngine({ environment: env, managers, reach: () => ANY_REACH });
  return [...(hasDocker ? [usualDocker(env)] : []), ...others, ...(hasDocker || managers.length > 0 ? [swarm()] : [])];
}

function usualDocker(env: Io["env"]): Engine {
  return createDockerEngine({ environment: env, reach: () => ANY_REACH });
}

async function readAndClose(engine: Engine): Promise<readonly InventoryItem[]> {
  try {
    return await listWithPorts(engine);
  } finally {
    await engine.close();
  }
}

async function listWithPorts(engine: Engine): Promise<readonly InventoryItem[]> {
  const items = await engine.list();
  const ports = new Map<string, readonly number[] | undefined>();
  const left = items.values();
  const inspect = async (): Promise<void> => {
    for (const { name } of left) {
      ports.set(name, (await engine.observe({ name, targetPort: undefined, network: "" })).exposedPorts);
    }
  };
  await Promise.all(Array.from({ length: INSPECTED_AT_ONCE }, inspect));
  return items.map((item) => {
    const exposedPorts = ports.get(item.name);
    return { ...item, ...(exposedPorts && { exposedPorts }) };
  });
}

const INSPECTED_AT_ONCE = 16;

/** Any value will do, because a list contains no addresses. */
const ANY_REACH: Pick<GatewaySettings, "address" | "network"> = { address: "auto", network: "" };

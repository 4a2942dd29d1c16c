import type { FileConfig } from "../config/parse/load-config.ts";
import type { InventoryItem } from "../core/observation.ts";
import type { GatewaySettings } from "../core/settings.ts";
import { createDockerEngine } from "../engines/docker/create-docker-engine.ts";
import type { Engine } from "../lifecycle/ports.ts";
import type { Io } from "./command.ts";
import { dockerHosts, usesDefaultDocker } from "./docker-hosts.ts";

/** Lists all containers of the Docker in the environment, and with `more` those of further hosts. */
export type Inventory = (io: Io, more?: OtherHosts) => Promise<readonly InventoryItem[]>;

interface OtherHosts {
  readonly config: Pick<FileConfig, "docker" | "gateway">;
  /** Called with one sentence for each unreachable Docker. */
  readonly report: (fault: string) => void;
}

/**
 * Lists the containers of every Docker with their ports. Without `more`, rejects with one sentence if Docker is
 * unreachable.
 */
export const dockerInventory: Inventory = async ({ env }, more) => {
  const usual = (): Engine => createDockerEngine({ environment: env, reach: () => ANY_REACH });
  if (more === undefined) return readAndClose(usual());
  const { config, report } = more;
  const others = Object.values(dockerHosts(() => config));
  const lists = [...(usesDefaultDocker(env, config, others.length > 0) ? [usual()] : []), ...others].map(
    async (engine) => {
      try {
        return await readAndClose(engine);
      } catch (error) {
        const message = error instanceof Error ? error.message : "Docker cannot be reached";
        report(engine.id === "docker" ? message : `${engine.id}: ${message}`);
        return [];
      }
    },
  );
  return (await Promise.all(lists)).flat();
};

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

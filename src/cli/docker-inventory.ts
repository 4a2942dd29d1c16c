import type { InventoryItem } from "../core/observation.ts";
import type { GatewaySettings } from "../core/settings.ts";
import { createDockerEngine } from "../engines/docker/create-docker-engine.ts";
import type { Io } from "./command.ts";

/** Where a command finds all containers of this host. */
export type Inventory = (io: Io) => Promise<readonly InventoryItem[]>;

/**
 * Lists the containers of the Docker in the environment, with ports; rejects with one sentence when it is unreachable.
 */
export const dockerInventory: Inventory = async ({ env }) => {
  const engine = createDockerEngine({ environment: env, reach: () => ANY_REACH });
  try {
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
  } finally {
    await engine.close();
  }
};

const INSPECTED_AT_ONCE = 16;

/** A list contains no addresses, so it does not matter how they would be reached. */
const ANY_REACH: Pick<GatewaySettings, "address" | "network"> = { address: "auto", network: "" };

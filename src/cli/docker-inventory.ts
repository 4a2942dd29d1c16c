import type { InventoryItem } from "../core/observation.ts";
import type { GatewaySettings } from "../core/settings.ts";
import { createDockerEngine } from "../engines/docker/create-docker-engine.ts";
import type { Io } from "./command.ts";

/** Where a command finds all containers of this host. */
export type Inventory = (io: Io) => Promise<readonly InventoryItem[]>;

/** Asks the Docker that the environment names; rejects with one sentence when it cannot be reached. */
export const dockerInventory: Inventory = async ({ env }) => {
  const engine = createDockerEngine({ environment: env, reach: () => ANY_REACH });
  try {
    return await engine.list();
  } finally {
    await engine.close();
  }
};

/** A list tells no addresses, so that it does not matter how they would be reached. */
const ANY_REACH: Pick<GatewaySettings, "address" | "network"> = { address: "auto", network: "" };

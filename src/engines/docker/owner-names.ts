import type { ContainerInspectInfo } from "dockerode";
import type { InventoryItem } from "../../core/observation.ts";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";
import { inspect, ownerIn } from "./inspect.ts";

/** The names of containers whose network others use; after a removal, dependents only contain its id. */
export interface OwnerNames {
  learn(items: readonly InventoryItem[]): void;
  /** Rejects with `network` if the container whose network this one uses was removed. */
  mustExist(found: ContainerInspectInfo): Promise<void>;
}

/** Creates an empty set of names. */
export function createOwnerNames(client: DockerClient): OwnerNames {
  const names = new Map<string, string>();
  return {
    learn(items) {
      const owners = new Set(items.flatMap(({ networkOf }) => networkOf ?? []));
      for (const { id, name } of items) if (owners.has(id)) names.set(id, name);
    },
    async mustExist(found) {
      const owner = ownerIn(found.HostConfig.NetworkMode);
      if (owner === undefined || (await inspect(client, owner)) !== undefined) return;
      const name = names.get(owner) ?? owner.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, "$1");
      throw new EngineError("network", missingOwnerText(name, found));
    },
  };
}

function missingOwnerText(owner: string, { Name, Config: { Labels: labels } }: ContainerInspectInfo): string {
  const service = labels["com.docker.compose.service"];
  const how =
    service === undefined
      ? `remove ${Name.replace(/^\//, "")} and create it again with docker run`
      : `docker compose up -d --force-recreate ${service}`;
  return `it uses the network of container "${owner}", which was removed or recreated: it must be recreated as well (${how})`;
}

import type { DockerClient } from "./client.ts";
import { inspect, ownerIn } from "./inspect.ts";

/** The network mode of a listed container; Podman's list lacks it. */
interface Listed {
  readonly Id: string;
  readonly HostConfig?: { readonly NetworkMode?: string };
}

/**
 * Creates the lookup of whose network listed containers use, by id; inspects containers without a network mode once.
 */
export function createNetworkModes(
  client: DockerClient,
): (listed: readonly Listed[]) => Promise<ReadonlyMap<string, string>> {
  let known = new Map<string, string | undefined>();

  async function inspectedMode(id: string): Promise<string | undefined> {
    return known.has(id) ? known.get(id) : (await inspect(client, id))?.HostConfig.NetworkMode;
  }

  return async (listed) => {
    const unknown = listed.filter(({ HostConfig: host }) => host?.NetworkMode === undefined);
    known = new Map(await Promise.all(unknown.map(async ({ Id: id }) => [id, await inspectedMode(id)] as const)));
    const owners = new Map<string, string>();
    for (const { Id: id, HostConfig: host } of listed) {
      const owner = ownerIn(host?.NetworkMode ?? known.get(id));
      if (owner !== undefined) owners.set(id, owner);
    }
    return owners;
  };
}

import type { DockerClient } from "./client.ts";
import { inspect, ownerIn } from "./inspect.ts";

/** What a list of containers contains of their networks; Podman's contains nothing. */
interface Listed {
  readonly Id: string;
  readonly HostConfig?: { readonly NetworkMode?: string };
}

/** Finds whose network listed containers use, by id; each container without that information is inspected once. */
export function createNetworkModes(
  client: DockerClient,
): (listed: readonly Listed[]) => Promise<ReadonlyMap<string, string>> {
  let known = new Map<string, string | undefined>();

  async function inspectedMode(id: string): Promise<string | undefined> {
    return known.has(id) ? known.get(id) : (await inspect(client, id))?.HostConfig.NetworkMode;
  }

  return async (listed) => {
    const untold = listed.filter(({ HostConfig: host }) => host?.NetworkMode === undefined);
    known = new Map(await Promise.all(untold.map(async ({ Id: id }) => [id, await inspectedMode(id)] as const)));
    const owners = new Map<string, string>();
    for (const { Id: id, HostConfig: host } of listed) {
      const owner = ownerIn(host?.NetworkMode ?? known.get(id));
      if (owner !== undefined) owners.set(id, owner);
    }
    return owners;
  };
}

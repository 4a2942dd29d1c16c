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

  async function modeOf({ Id: id, HostConfig: host }: Listed): Promise<string | undefined> {
    if (host?.NetworkMode !== undefined) return host.NetworkMode;
    return known.has(id) ? known.get(id) : (await inspect(client, id))?.HostConfig.NetworkMode;
  }

  return async (listed) => {
    const modes = await Promise.all(listed.map(async (one) => [one.Id, await modeOf(one)] as const));
    known = new Map(modes);
    return new Map(
      modes.flatMap(([id, mode]) => {
        const owner = ownerIn(mode);
        return owner === undefined ? [] : [[id, owner] as const];
      }),
    );
  };
}

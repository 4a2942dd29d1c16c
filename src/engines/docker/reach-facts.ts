import type { ContainerInspectInfo } from "dockerode";
import type { ReachFacts } from "../../core/front-reach.ts";
import type { DockerClient } from "./client.ts";
import { reachableHost } from "./find-endpoints.ts";
import { ownerIn } from "./inspect.ts";
import type { Viewpoint } from "./viewpoint.ts";

/**
 * Returns how a front can reach a container, from its configuration, which is valid even while it sleeps. `owner` is
 * the container whose network it uses, or itself.
 */
export function reachFacts(
  found: ContainerInspectInfo,
  owner: ContainerInspectInfo,
  from: Viewpoint,
  port: number,
): ReachFacts {
  const isOwned = ownerIn(found.HostConfig.NetworkMode) !== undefined;
  const hasName = from.mode !== "published" && (!isOwned || owner !== found);
  const networks = hasName ? networksWithNames(owner.NetworkSettings.Networks) : [];
  const published = from.mode === "container" ? undefined : fixedPort(owner, from, port);
  const onHost = owner.HostConfig.NetworkMode === "host";
  return {
    inContainer: from.sees === "shared",
    networks,
    sharesNetwork: networks.some((name) => from.shared.has(name)),
    ...(isOwned && owner !== found && { owner: owner.Name.replace(/^\//u, "") }),
    ...(published && { published }),
    ...(onHost && { hostNetwork: from.hostAddress }),
    hostAddresses: [from.hostAddress],
  };
}

/**
 * Returns the networks of the running container with this address, except the default bridge; `undefined` if there is
 * none.
 */
export async function networksAt(client: DockerClient, address: string): Promise<ReadonlySet<string> | undefined> {
  const running = await client.call((docker, abortSignal) => docker.listContainers({ abortSignal }));
  const found = running.find(({ NetworkSettings }) =>
    Object.values(NetworkSettings?.Networks ?? {}).some(
      ({ IPAddress, GlobalIPv6Address }) => IPAddress === address || GlobalIPv6Address === address,
    ),
  );
  return found && new Set(networksWithNames(found.NetworkSettings.Networks));
}

/** Returns the networks in which containers have DNS names, that is, all except Docker's default bridge. */
function networksWithNames(networks: object | undefined): string[] {
  return Object.keys(networks ?? {}).filter((name) => name !== "bridge");
}

/** Returns the fixed published port, if any; one that Docker chooses changes at each start. */
function fixedPort({ HostConfig }: ContainerInspectInfo, from: Viewpoint, port: number): ReachFacts["published"] {
  const bindings = (HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[] | null>;
  for (const { HostIp = "", HostPort = "" } of bindings[`${port}/tcp`] ?? []) {
    const host = reachableHost(HostIp, from.hostAddress);
    if (host !== undefined && Number(HostPort) > 0) return { host, port: Number(HostPort) };
  }
  return undefined;
}

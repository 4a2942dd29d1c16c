import type { ContainerInspectInfo } from "dockerode";
import type { ReachFacts } from "../../core/front-reach.ts";
import { reachableHost } from "./find-endpoints.ts";
import { ownerIn } from "./inspect.ts";
import type { Viewpoint } from "./viewpoint.ts";

/**
 * How others than the gateway reach a container: from what it was made with, which holds while it sleeps as well. `owner` is the
 * container whose network it uses, or itself.
 */
export function reachFacts(
  found: ContainerInspectInfo,
  owner: ContainerInspectInfo,
  from: Viewpoint,
  port: number,
): ReachFacts {
  const isOwned = ownerIn(found.HostConfig.NetworkMode) !== undefined;
  const networks = Object.keys(owner.NetworkSettings.Networks ?? {});
  // Docker's default bridge has no names.
  const sharesNetwork = networks.some((name) => name !== "bridge" && from.shared.has(name));
  const published = from.mode === "container" ? undefined : fixedPort(owner, from, port);
  const onHost = owner.HostConfig.NetworkMode === "host";
  return {
    inContainer: from.sees === "shared",
    sharesNetwork: sharesNetwork && from.mode !== "published" && (!isOwned || owner !== found),
    ...(isOwned && owner !== found && { owner: owner.Name.replace(/^\//u, "") }),
    ...(published && { published }),
    ...(onHost && { hostNetwork: from.hostAddress }),
    hostAddresses: [from.hostAddress],
  };
}

/** One that Docker chooses is another after each start. */
function fixedPort({ HostConfig }: ContainerInspectInfo, from: Viewpoint, port: number): ReachFacts["published"] {
  const bindings = (HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[] | null>;
  for (const { HostIp = "", HostPort = "" } of bindings[`${port}/tcp`] ?? []) {
    const host = reachableHost(HostIp, from.hostAddress);
    if (host !== undefined && Number(HostPort) > 0) return { host, port: Number(HostPort) };
  }
  return undefined;
}

import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";

/** Returns Docker's inspection of the container with this name; `undefined` if there is none. */
export async function inspect(client: DockerClient, name: string): Promise<ContainerInspectInfo | undefined> {
  try {
    const found = await client.call((docker, abortSignal) =>
      docker.getContainer(encodeURIComponent(name)).inspect({ abortSignal }),
    );
    return isCalled(found, name) ? found : undefined;
  } catch (error) {
    if (error instanceof EngineError && error.code === "absent") return undefined;
    throw error;
  }
}

/** The same, but rejects with `absent` if there is none. */
export async function inspectPresent(client: DockerClient, name: string): Promise<ContainerInspectInfo> {
  const found = await inspect(client, name);
  if (found === undefined) throw new EngineError("absent", `There is no container "${name}"`);
  return found;
}

/** Returns the id or name in a network mode `container:…`. */
export function ownerIn(networkMode: string | undefined): string | undefined {
  return /^container:(.+)$/.exec(networkMode ?? "")?.[1];
}

/** Returns the container whose network this one uses: the one in its network mode if that exists, else itself. */
export async function networkOwner(client: DockerClient, found: ContainerInspectInfo): Promise<ContainerInspectInfo> {
  const owner = ownerIn(found.HostConfig.NetworkMode);
  const other = owner === undefined ? undefined : await inspect(client, owner);
  return other === undefined ? found : networkOwner(client, other);
}

/** Docker also accepts the beginning of an id, so the name "db" would find any container whose id begins with db. */
function isCalled(found: ContainerInspectInfo, name: string): boolean {
  return found.Name.replace(/^\//, "") === name || (name.length >= 12 && found.Id.startsWith(name));
}

import type { ContainerInspectInfo } from "dockerode";

/** The part of an inspection with the networks and the labels of a container. */
export type NetworkMembership = Pick<ContainerInspectInfo, "Name"> & {
  readonly Config: Pick<ContainerInspectInfo["Config"], "Labels">;
  readonly NetworkSettings: Pick<ContainerInspectInfo["NetworkSettings"], "Networks">;
};

/**
 * Returns an error text with the name of a removed network and the fix; `undefined` for any other failure of a start.
 * Docker's own message contains only the network's id, which no longer means anything.
 */
export function missingNetwork(message: string, found: NetworkMembership): string | undefined {
  if (!/network\b.*not found/is.test(message)) return undefined;
  const networks = Object.entries(found.NetworkSettings.Networks ?? {});
  const [name] =
    networks.find(([own, at]) => (at.NetworkID !== "" && message.includes(at.NetworkID)) || message.includes(own)) ??
    [];
  if (name === undefined) return undefined;
  return `its network "${name}" was removed (docker network prune does that while a container is stopped): ${remedy(name, found)}`;
}

function remedy(network: string, { Name, Config }: NetworkMembership): string {
  const { "com.docker.compose.project": project, "com.docker.compose.project.working_dir": folder } =
    Config.Labels ?? {};
  if (project !== undefined) return `run "docker compose up -d" in ${folder ?? `its project "${project}"`}`;
  const app = Name.replace(/^\//, "");
  return `run "docker network create ${network}", "docker network disconnect -f ${network} ${app}" and "docker network connect ${network} ${app}"`;
}

import { existsSync } from "node:fs";
import type { FileConfig } from "../config/parse/load-config.ts";
import { DEFAULT_SOCKET } from "../engines/docker/context.ts";
import { createDockerHost } from "../engines/docker/create-docker-host.ts";
import type { Engine } from "../lifecycle/ports.ts";
import type { Io } from "./command.ts";

/** Whether the Docker of the environment is used as well: together with other engines only where that is configured, or where it is there. */
export function usesUsualDocker(env: Io["env"], { docker }: Pick<FileConfig, "docker">, hasOthers: boolean): boolean {
  if (!hasOthers || Boolean(env["DOCKER_HOST"])) return true;
  return docker.some(({ host }) => host === "") || existsSync(DEFAULT_SOCKET);
}

/** The Docker hosts that the file names in addition to the usual one, by their names; how they are reached is read at each observation. */
export function dockerHosts(config: () => Pick<FileConfig, "docker" | "gateway">): Readonly<Record<string, Engine>> {
  const others = config().docker.filter(({ host }) => host !== "");
  return Object.fromEntries(
    others.map((host) => [host.name, createDockerHost({ host, reach: () => config().gateway })] as const),
  );
}

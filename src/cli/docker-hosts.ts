import { existsSync } from "node:fs";
import type { FileConfig } from "../config/parse/load-config.ts";
import { hostConnection, readConnection } from "../engines/docker/connection.ts";
import { DEFAULT_SOCKET } from "../engines/docker/context.ts";
import { createDockerHost } from "../engines/docker/create-docker-host.ts";
import type { Engine, EngineError } from "../lifecycle/ports.ts";
import type { Io } from "./command.ts";

/**
 * Returns whether to use the Docker of the environment; with other engines, only if it is configured or its socket
 * exists.
 */
export function usesDefaultDocker(env: Io["env"], { docker }: Pick<FileConfig, "docker">, hasOthers: boolean): boolean {
  if (!hasOthers || Boolean(env["DOCKER_HOST"])) return true;
  return docker.some(({ host }) => host === "") || existsSync(DEFAULT_SOCKET);
}

/** Creates the engines of further Docker hosts in the file, by name. `config` is called at each observation. */
export function dockerHosts(config: () => Pick<FileConfig, "docker" | "gateway">): Readonly<Record<string, Engine>> {
  const others = config().docker.filter(({ host }) => host !== "");
  return Object.fromEntries(
    others.map((host) => [host.name, createDockerHost({ host, reach: () => config().gateway })] as const),
  );
}

/** Returns what is wrong with the connections to Docker, in sentences; it does not connect. */
export function dockerFaults(env: Io["env"], { docker }: Pick<FileConfig, "docker">): string[] {
  const others = docker.filter(({ host }) => host !== "").map((host) => () => hostConnection(host));
  return [() => readConnection(env), ...others].flatMap((connection) => {
    try {
      connection();
      return [];
    } catch (error) {
      return [(error as EngineError).message];
    }
  });
}

import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";

/** Counts the commands that run in a container (`docker exec`). Its own health check is one as well, and is left out. */
export async function countExecs(client: DockerClient, found: ContainerInspectInfo): Promise<number> {
  const { ExecIDs: ids } = found as { readonly ExecIDs?: readonly string[] | null };
  const execs = await Promise.all((ids ?? []).map((id) => inspectExec(client, id)));
  const check = found.Config.Healthcheck?.Test ?? [];
  return execs.filter((exec) => exec?.Running === true && !isHealthCheck(exec, check)).length;
}

interface Exec {
  readonly Running: boolean;
  readonly ProcessConfig?: { readonly entrypoint?: string; readonly arguments?: readonly string[] | null };
}

/** `undefined`: it has ended meanwhile, or a socket proxy lets nobody ask. */
async function inspectExec(client: DockerClient, id: string): Promise<Exec | undefined> {
  try {
    return await client.call((docker, abortSignal) => docker.getExec(id).inspect({ abortSignal }));
  } catch (error) {
    if (error instanceof EngineError && error.code !== "unreachable") return undefined;
    throw error;
  }
}

/** Docker runs a check as any other command; nothing but the command itself tells them apart. */
function isHealthCheck({ ProcessConfig: run }: Exec, [kind, ...check]: readonly string[]): boolean {
  const command = [run?.entrypoint ?? "", ...(run?.arguments ?? [])];
  if (kind === "CMD-SHELL") return command.at(-1) === check[0];
  return kind === "CMD" && command.join("\0") === check.join("\0");
}

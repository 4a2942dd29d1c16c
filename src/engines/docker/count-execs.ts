import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";

/** Counts the commands that run in a container (`docker exec`), except its health check. */
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

/** Inspects a command; `undefined` if it has ended meanwhile, or a socket proxy forbids the call. */
async function inspectExec(client: DockerClient, id: string): Promise<Exec | undefined> {
  try {
    return await client.call((docker, abortSignal) => docker.getExec(id).inspect({ abortSignal }));
  } catch (error) {
    if (error instanceof EngineError && error.code !== "unreachable") return undefined;
    throw error;
  }
}

/** Docker runs a health check like any other command, so they can only be distinguished by the command line. */
function isHealthCheck({ ProcessConfig: run }: Exec, [kind, ...check]: readonly string[]): boolean {
  const command = [run?.entrypoint ?? "", ...(run?.arguments ?? [])];
  if (kind === "CMD-SHELL") return command.at(-1) === check[0];
  return kind === "CMD" && command.join("\0") === check.join("\0");
}

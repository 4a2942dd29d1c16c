import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";
import { inspect } from "./inspect.ts";
import { missingNetwork } from "./missing-network.ts";

/** A start can take long where volumes or networks are slow. */
export const START_TIMEOUT_MS = 60_000;

/**
 * Starts a container, or resumes a paused one. Rejects with `EngineError`; its message is Docker's own, except where
 * that does not help.
 */
export async function startContainer(client: DockerClient, found: ContainerInspectInfo): Promise<void> {
  try {
    await client.call((docker, abortSignal) => {
      const container = docker.getContainer(found.Id);
      return found.State.Paused ? container.unpause({ abortSignal }) : container.start({ abortSignal });
    }, START_TIMEOUT_MS);
  } catch (error) {
    // Another start was faster.
    if (!(error instanceof EngineError) || error.code !== "refused") throw error;
    if (await isRunning(client, found.Id)) return;
    const message = missingNetwork(error.message, found);
    throw message === undefined ? error : new EngineError("refused", message, { cause: error });
  }
}

async function isRunning(client: DockerClient, id: string): Promise<boolean> {
  return (await inspect(client, id))?.State.Status === "running";
}

import type { ContainerInspectInfo } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";
import { inspect } from "./inspect.ts";
import { missingNetwork } from "./missing-network.ts";

/** The timeout of a start, which slow volumes or networks can delay. */
export const START_TIMEOUT_MS = 60_000;

/**
 * Starts a container, or unpauses it. Rejects with `EngineError`, whose message is Docker's unless a clearer one is
 * known.
 */
export async function startContainer(client: DockerClient, found: ContainerInspectInfo): Promise<void> {
  try {
    await client.call((docker, abortSignal) => {
      const container = docker.getContainer(found.Id);
      return found.State.Paused ? container.unpause({ abortSignal }) : container.start({ abortSignal });
    }, START_TIMEOUT_MS);
  } catch (error) {
    // If another start was faster, it runs.
    if (!(error instanceof EngineError) || error.code !== "refused") throw error;
    if (await isRunning(client, found.Id)) return;
    const message = missingNetwork(error.message, found);
    throw message === undefined ? error : new EngineError("refused", message, { cause: error });
  }
}

async function isRunning(client: DockerClient, id: string): Promise<boolean> {
  return (await inspect(client, id))?.State.Status === "running";
}

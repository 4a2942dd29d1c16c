import type { ContainerInspectInfo } from "dockerode";
import type { StopOrder } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";
import { ownStopTimeoutMs } from "./own-stop-timeout.ts";
import { START_TIMEOUT_MS } from "./start-container.ts";
import { stopQuery } from "./stop-container.ts";

/** Restarts a container. Unlike a stop, a restart does not delete a container that was created with `--rm`. */
export async function restartContainer(
  client: DockerClient,
  found: ContainerInspectInfo,
  order: StopOrder,
): Promise<void> {
  const { signal: _, ...query } = stopQuery(order); // a restart takes no signal before API 1.42
  const { timeoutMs: endsWithinMs = ownStopTimeoutMs(found) } = order;
  const timeoutMs = endsWithinMs + START_TIMEOUT_MS;
  await client.call(
    (docker, abortSignal) => docker.getContainer(found.Id).restart({ ...query, abortSignal }),
    timeoutMs,
  );
}

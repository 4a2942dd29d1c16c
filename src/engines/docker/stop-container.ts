import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import { EngineError, type StopOrder } from "../../lifecycle/ports.ts";
import { isOlder, type DockerClient } from "./client.ts";
import { inspect } from "./inspect.ts";

type Container = Docker.Container;

/** Stops, pauses or kills a running container; resolves when it has really ended (or is paused, or gone). */
export async function stopContainer(
  client: DockerClient,
  found: ContainerInspectInfo,
  order: StopOrder,
): Promise<void> {
  const send = (act: (container: Container, abortSignal: AbortSignal) => Promise<unknown>): Promise<void> =>
    tell(client, found.Id, order.timeoutMs, act);
  switch (order.method) {
    case "pause":
      if (found.State.Paused) return;
      return send((container, abortSignal) => container.pause({ abortSignal }));
    case "kill":
      await send((container, abortSignal) => container.kill({ abortSignal, signal: "SIGKILL" }));
      return send((container, abortSignal) => container.stop({ abortSignal, t: 0 }));
    case "stop":
      // A frozen program could not hear the signal, and would be killed when its time is up.
      if (found.State.Paused) await send((container, abortSignal) => container.unpause({ abortSignal }));
      return order.signal !== "" && isOlder((await client.server()).version, "1.42")
        ? signalAndWait(client, found, order, send)
        : send((container, abortSignal) => container.stop({ ...withSignal(order), abortSignal }));
  }
}

function withSignal({ timeoutMs, signal }: StopOrder): { t: number; signal?: string } {
  const t = Math.ceil(timeoutMs / 1000);
  return signal === "" ? { t } : { t, signal };
}

/**
 * A stop of an API before 1.42 takes no signal. So the signal is sent, and when the container has ended by it (or its
 * time is up) a stop without patience follows: it kills what is left, and tells Docker that the end was wanted, which a
 * signal alone does not, so that a restart policy would start it again.
 */
async function signalAndWait(
  client: DockerClient,
  found: ContainerInspectInfo,
  order: StopOrder,
  send: (act: (container: Container, abortSignal: AbortSignal) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + order.timeoutMs;
  await send((container, abortSignal) => container.kill({ abortSignal, signal: order.signal }));
  for (let pauseMs = 20; performance.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    const now = await inspect(client, found.Id);
    if (now?.State.Status !== "running" || now.State.StartedAt !== found.State.StartedAt) break;
    await sleep(Math.min(pauseMs, Math.max(0, deadline - performance.now())));
  }
  await send((container, abortSignal) => container.stop({ abortSignal, t: 0 }));
}

/** A container that has ended or vanished in the meantime is what was wanted. */
async function tell(
  client: DockerClient,
  id: string,
  timeoutMs: number,
  act: (container: Container, abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    // Docker itself waits after the kill; its answer is late, but comes.
    await client.call((docker, abortSignal) => act(docker.getContainer(id), abortSignal), timeoutMs + 30_000);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "unreachable") throw error;
    const now = await inspect(client, id);
    if (now?.State.Running && !now.State.Paused) throw error;
  }
}

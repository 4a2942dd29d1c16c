import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import { EngineError, type StopOrder, type StopResult } from "../../lifecycle/ports.ts";
import { isOlder, type DockerClient } from "./client.ts";
import { inspect } from "./inspect.ts";
import { ownStopTimeoutMs } from "./own-stop-timeout.ts";

type Container = Docker.Container;

/** Stops, pauses or kills a running container; resolves when it has ended, or is paused or removed. */
export async function stopContainer(
  client: DockerClient,
  found: ContainerInspectInfo,
  order: StopOrder,
): Promise<Omit<StopResult, "instances">> {
  const { timeoutMs = ownStopTimeoutMs(found) } = order;
  const send: Send = (act) => sendOrder(client, found.Id, timeoutMs, act);
  switch (order.method) {
    case "pause":
      if (!found.State.Paused) await send((container, abortSignal) => container.pause({ abortSignal }));
      return {};
    case "kill":
      await send((container, abortSignal) => container.kill({ abortSignal, signal: "SIGKILL" }));
      await send((container, abortSignal) => container.stop({ abortSignal, t: 0 }));
      return {};
    case "stop": {
      // A paused program cannot handle the signal, and would be killed after the timeout.
      if (found.State.Paused) await send((container, abortSignal) => container.unpause({ abortSignal }));
      const begunMs = performance.now();
      if (order.signal !== "" && isOlder((await client.server()).version, "1.42")) {
        await signalAndWait(client, found, { timeoutMs, signal: order.signal }, send);
      } else {
        await send((container, abortSignal) => container.stop({ ...stopQuery(order), abortSignal }));
      }
      const isTimeUp = timeoutMs > 0 && performance.now() - begunMs >= timeoutMs;
      return isTimeUp && (await wasKilled(client, found.Id)) ? { killedAfterMs: timeoutMs } : {};
    }
  }
}

type Send = (act: (container: Container, abortSignal: AbortSignal) => Promise<unknown>) => Promise<void>;

/** Returns the query of a stop; without `t` Docker uses the container's own timeout. */
export function stopQuery({ timeoutMs, signal }: StopOrder): { t?: number; signal?: string } {
  return {
    ...(timeoutMs !== undefined && { t: Math.ceil(timeoutMs / 1_000) }),
    ...(signal !== "" && { signal }),
  };
}

/** Returns whether it was killed after its timeout; the kernel's SIGKILL for lack of memory has the same exit code. */
async function wasKilled(client: DockerClient, id: string): Promise<boolean> {
  const now = await inspect(client, id);
  return now?.State.ExitCode === EXIT_BY_SIGKILL && !now.State.OOMKilled;
}

const EXIT_BY_SIGKILL = 137;

/**
 * Stops with a signal before API 1.42, whose stop takes none: sends the signal, waits for the end or the timeout, then
 * sends a stop without a timeout. This kills what is left, and tells Docker that the end was intended; otherwise a
 * restart policy would start the container again.
 */
async function signalAndWait(
  client: DockerClient,
  found: ContainerInspectInfo,
  order: { readonly timeoutMs: number; readonly signal: string },
  send: Send,
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

/** Sends an order; an error is ignored if the container has ended or was removed meanwhile. */
async function sendOrder(
  client: DockerClient,
  id: string,
  timeoutMs: number,
  act: (container: Container, abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    // More than the timeout, because Docker also waits for the end after its kill.
    await client.call((docker, abortSignal) => act(docker.getContainer(id), abortSignal), timeoutMs + 30_000);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "unreachable") throw error;
    const now = await inspect(client, id);
    if (now?.State.Running && !now.State.Paused) throw error;
  }
}

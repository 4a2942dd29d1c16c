import type { ContainerInspectInfo } from "dockerode";
import { DEFAULT_STOP_TIMEOUT_MS } from "../../lifecycle/ports.ts";

/** Returns the stop timeout with which a container was created; negative: unlimited. */
export function ownStopTimeoutMs({ Config: config }: ContainerInspectInfo): number {
  const { StopTimeout: seconds } = config as { readonly StopTimeout?: number | null }; // missing in dockerode's types
  if (seconds == null) return DEFAULT_STOP_TIMEOUT_MS;
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1_000;
}

import type { ContainerInspectInfo } from "dockerode";
import { DEFAULT_STOP_TIMEOUT_MS } from "../../lifecycle/ports.ts";

/** How long a container may take to end, as it was created; negative: as long as it takes. */
export function ownStopTimeoutMs({ Config: config }: ContainerInspectInfo): number {
  const { StopTimeout: seconds } = config as { readonly StopTimeout?: number | null }; // missing in dockerode's types
  if (seconds == null) return DEFAULT_STOP_TIMEOUT_MS;
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1_000;
}

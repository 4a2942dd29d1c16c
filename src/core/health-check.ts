import type { Observation } from "./observation.ts";

/** A check that is due within this time is awaited. */
const SOON_MS = 5_000;

/**
 * Returns whether a running workload must wait for the engine's own health check to become ready. Docker makes the
 * first check only after a whole interval (30 s by default): until then our own probe decides, unless the check is due
 * soon. `sinceMs` (wall clock) is when we saw this run begin, or continue after a pause.
 */
export function awaitsHealthCheck(observation: Observation, sinceMs: number, wallMs: number): boolean {
  const { health, firstCheckAfterMs, startedAtMs = sinceMs } = observation;
  if (health === "none" || health === "healthy") return false;
  if (health === "unhealthy" || firstCheckAfterMs === undefined) return true;
  return Math.max(startedAtMs, sinceMs) + firstCheckAfterMs - wallMs <= SOON_MS;
}

import type { Observation } from "./observation.ts";

/** A check that begins within this time is waited for. */
const SOON_MS = 5_000;

/**
 * Whether the engine's own health check keeps a running workload from being ready. Docker makes its first check only
 * after one whole interval (30 s by default): while none has begun in this run and the first one is far away, our own
 * probe decides instead. `sinceMs` (wall clock) is when this run began or went on after a pause, for us.
 */
export function awaitsHealthCheck(observation: Observation, sinceMs: number, wallMs: number): boolean {
  const { health, firstCheckAfterMs, startedAtMs = sinceMs } = observation;
  if (health === "none" || health === "healthy") return false;
  if (health === "unhealthy" || firstCheckAfterMs === undefined) return true;
  return Math.max(startedAtMs, sinceMs) + firstCheckAfterMs - wallMs <= SOON_MS;
}

import type { WorkloadRecord } from "../workload/record.ts";
import type { Sampling, UseSignal } from "./in-use.ts";

/** Returns the readings of the current run. */
export function samplingOf({ sampling, awakeSinceMs, observation }: WorkloadRecord): Sampling | undefined {
  if (sampling === undefined || sampling.begunMs < awakeSinceMs) return undefined;
  // After a restart the counters begin again.
  return sampling.startedAtMs === observation?.startedAtMs ? sampling : undefined;
}

/** Returns the memory in bytes that this run used at the last reading. */
export function sampledMemory(record: WorkloadRecord): number | undefined {
  return samplingOf(record)?.memoryBytes;
}

/**
 * Returns the workload's idle signal: the configured one, or traffic if a front proxy's traffic bypasses the gateway.
 */
export function signalOf({ settings, seenByFront, directMs, engine, observation }: WorkloadRecord): UseSignal {
  if (!engine.capabilities.usage) return "requests";
  if (directMs > 0) return settings.idleSignal === "connections" ? "direct-connections" : "direct";
  if (settings.idleSignal !== undefined || !seenByFront) return settings.idleSignal ?? "requests";
  // The counters of a shared network include those of other containers (Lazytainer#81).
  return observation?.networkOwner === undefined ? "traffic" : "shared-network";
}

/** The readings of a run without any. */
export const NOTHING_READ: Omit<Sampling, "startedAtMs"> = {
  begunMs: 0,
  judgedMs: 0,
  quietSinceMs: 0,
  carriedMs: 0,
  baseline: undefined,
  memoryBytes: undefined,
  lapsed: false,
  silentSinceMs: undefined,
  running: undefined,
};

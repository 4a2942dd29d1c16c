import { CAPABILITIES, type EngineKind, ENGINE_NAMES } from "../../core/engine-kind.ts";
import type { WorkloadSettings } from "../../core/settings.ts";
import { formatDuration } from "../../core/duration.ts";

/** Warns of idle times that have no effect because the next tier is due first. */
export function warnOfTiers(workload: WorkloadSettings): string[] {
  const { name, pauseAfterMs, throttleAfterMs, idleTimeoutMs = 0 } = workload;
  const late = (tier: string, ms: number, next: string, nextMs: number) =>
    ms > 0 && nextMs > 0 && ms >= nextMs
      ? [
          `container "${name}": ${tier} (${formatDuration(ms)}) has no effect: ${next} (${formatDuration(nextMs)}) fires first`,
        ]
      : [];
  return [
    ...late("pause_after", pauseAfterMs, "idle_timeout", idleTimeoutMs),
    ...late("throttle_after", throttleAfterMs, "idle_timeout", idleTimeoutMs),
    ...late("throttle_after", throttleAfterMs, "pause_after", pauseAfterMs),
  ];
}

/** Warns of certificate verification without TLS. */
export function warnOfTarget({ name, targetScheme, targetVerify }: WorkloadSettings): string[] {
  if (!targetVerify || targetScheme === "https") return [];
  return [`container "${name}": target_verify has no effect without target_scheme: https`];
}

/**
 * Warns of balancing on an engine with single instances, except for labels of group members, which set that of the
 * group.
 */
export function warnOfBalance({ name, strategy, sticky }: WorkloadSettings, kind: EngineKind | undefined): string[] {
  if (kind === undefined || CAPABILITIES[kind].replicas) return [];
  const set = Object.entries({ strategy, sticky }).filter(([, value]) => value !== undefined);
  return set.map(
    ([key]) =>
      `container "${name}": ${key} has no effect: ${ENGINE_NAMES[kind]} runs one instance of it; set it on its group`,
  );
}
